import { registry2Volume } from '../fixtures/registry2-volume.ts';
import { zotStorage } from '../fixtures/zot-storage.ts';
import type { Turn } from '../measure/types.ts';

export interface Fixture {
  readonly root: string;
  readonly repositories: number;
  /** Of the one repository that has many. */
  readonly tags: number;
}

/** Generous: a first start may read in, or index, all that is there. */
export const FIRST_START_LIMIT_MS = 900_000;

/** The turn's volume of many repositories, in the contender's own layout; Lading takes registry:2's. */
export function fixtureFor(turn: Turn, kind: 'many' | 'some'): Fixture {
  const { sizes, contender, fixturesDir } = turn;
  const share = contender === 'zot' ? sizes.fullZotShare : 1;
  const repositories = Math.ceil((kind === 'many' ? sizes.repositories : sizes.adoptedRepositories) * share);
  const tags = Math.ceil((kind === 'many' ? sizes.tags : sizes.tags / 100) * share);
  if (share < 1) {
    const times = Math.round(1 / share);
    turn.note(
      `zot (full) has ${times} times fewer repositories and tags than the others: at its first start it indexes each tag, which for all would take longer than this whole benchmark. Its figures here are of that smaller registry.`,
    );
  }
  const size = { repositories, tags };
  const isZot = contender.startsWith('zot');
  // A folder for each build of zot: they disagree on what belongs in its own database.
  const root = isZot ? zotStorage(`${fixturesDir}/${contender}`, size) : registry2Volume(fixturesDir, size);
  return { root, ...size };
}
