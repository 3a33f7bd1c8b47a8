/** Pages of tags and repositories at 100,000, at the beginning and in the middle, and at a hundredth for comparison. */

import { FEW_TAGS_REPOSITORY, repositoryName, TAGGED_REPOSITORY, tagName } from '../fixtures/names.ts';
import type { Aim, Measure, Scenario, Turn } from '../measure/types.ts';
import type { Server } from '../peers/start-server.ts';
import { FIRST_START_LIMIT_MS, fixtureFor } from './fixture-for.ts';
import { jobLoad, medianMilliseconds } from './loads.ts';

const aims: readonly Aim[] = [{ over: 'registry-2', factor: 100 }];
const measures = [
  measureOf('tags-first', 'First page of 100,000 tags', aims),
  measureOf('tags-middle', 'Middle page of 100,000 tags', aims),
  measureOf('tags-few', 'The only page of 100 tags, to compare', []),
  measureOf('catalog-first', 'First page of 100,000 repositories', aims),
  measureOf('catalog-middle', 'Middle page of 100,000 repositories', aims),
  measureOf('catalog-middle-some', 'Middle page of 10,000 repositories, to compare', []),
];

export const lists: Scenario = {
  name: 'lists',
  title: 'Tag lists and catalog',
  how: 'Pages of 100 names (`?n=100&last=…`), one client. The volume is written directly in the layout of registry:2, which Lading adopts, and of zot.',
  budgetSeconds: 160,
  measures,
  async run(turn) {
    const many = fixtureFor(turn, 'many');
    const server = await turn.start({ root: many.root, readyLimitMs: FIRST_START_LIMIT_MS });
    const tags = `/v2/${TAGGED_REPOSITORY}/tags/list?n=100`;
    await page(turn, server, 'tags-first', tags);
    await page(turn, server, 'tags-middle', `${tags}&last=${tagName(Math.floor(many.tags / 2))}`);
    await page(turn, server, 'tags-few', `/v2/${FEW_TAGS_REPOSITORY}/tags/list?n=100`);
    await page(turn, server, 'catalog-first', '/v2/_catalog?n=100');
    await page(turn, server, 'catalog-middle', middleOf(many.repositories));
    await server.stop();
    const some = fixtureFor(turn, 'some');
    const small = await turn.start({ root: some.root, readyLimitMs: FIRST_START_LIMIT_MS });
    await page(turn, small, 'catalog-middle-some', middleOf(some.repositories));
  },
};

function page(turn: Turn, server: Server, id: string, path: string): Promise<void> {
  return turn.measure(id, server, () =>
    jobLoad(
      server,
      {
        kind: 'repeat',
        url: server.url,
        method: 'GET',
        paths: [path],
        headers: {},
        expect: 200,
        connections: 1,
        durationMs: turn.sizes.listMs,
      },
      medianMilliseconds,
    ),
  );
}

function middleOf(repositories: number): string {
  return `/v2/_catalog?n=100&last=${repositoryName(Math.floor(repositories / 2))}`;
}

function measureOf(id: string, title: string, aimsOfIt: readonly Aim[]): Measure {
  return { id, title, unit: 'ms', better: 'lower', work: 'page', aims: aimsOfIt };
}
