const MAX_LENGTH = 39;

/**
 * A name for an account out of what a provider calls somebody: of an e-mail address what is before the `@`, without
 * accents and capitals, and `-` for what cannot stand in a name. Undefined when nothing usable is left.
 */
export function toAccountName(claim: unknown): string | undefined {
  if (typeof claim !== 'string' || claim.length > 1_000) return undefined;
  const name = claim
    .replace(/@.*$/s, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    // One separator between two characters, and none at the ends.
    .replace(/[._-]{2,}/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^[._-]+|[._-]+$/g, '');
  return name.length >= 2 ? name : undefined;
}
