/** The steps between what many look for and what nobody does. */
const TIERS = 64;
const OFFICIAL_FROM = 40;
const PER_TIER = 2 ** 32;

/**
 * An id for the index such that what counts most comes first. FTS5 gives what matches in the order of ids, without
 * sorting and without reading on: of a word that half of all repositories have, the first thousand are the ones that
 * matter, at the price of a thousand. An entry gets another id when its tier changes, which is at powers of two.
 */
export function impactId(entry: {
  serial: number;
  isOfficial: boolean;
  stars: number;
  pulls: number;
}): number {
  const { serial, isOfficial, stars, pulls } = entry;
  const popularity = Math.floor(Math.log2(1 + stars * 50 + pulls));
  const tier = isOfficial
    ? OFFICIAL_FROM + Math.min(popularity, TIERS - OFFICIAL_FROM - 1)
    : Math.min(popularity, OFFICIAL_FROM - 1);
  return (TIERS - 1 - tier) * PER_TIER + serial;
}
