import { registry2Volume } from '../fixtures/registry2-volume.ts';
import { zotStorage } from '../fixtures/zot-storage.ts';
import type { Turn } from '../measure/types.ts';

export interface Fixture {
  readonly root: string;
  readonly repositories: number;
}

/** Generous: a first start may read in, or index, all that is there. */
export const FIRST_START_LIMIT_MS = 300_000;

/** The turn's volume of many repositories, in the contender's own layout; Lading takes registry:2's. */
export function fixtureFor(turn: Turn, kind: 'many' | 'some'): Fixture {
  const { sizes, contender, fixturesDir } = turn;
  const tags = kind === 'many' ? sizes.tags : Math.round(sizes.tags / 100);
  const repositories = kind === 'many' ? sizes.repositories : sizes.adoptedRepositories;
  if (!contender.startsWith('zot')) {
    return { root: registry2Volume(fixturesDir, { repositories, tags }), repositories };
  }
  const fewer = Math.round((repositories * sizes.zotRepositories) / sizes.repositories);
  turn.note(
    `zot has ${fewer} repositories where the others have ${repositories}: it reads all of them at each start.`,
  );
  // A database for each build: they disagree on what belongs in it.
  return {
    root: zotStorage(`${fixturesDir}/${contender}`, { repositories: fewer, tags }),
    repositories: fewer,
  };
}
