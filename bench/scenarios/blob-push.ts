/** Big uploads, one after the other and at once. */

import type { Aim, Scenario } from '../measure/types.ts';
import { jobLoad, megabytesPerSecond } from './loads.ts';
import { REPOSITORY } from './prepare-image.ts';

const aims: readonly Aim[] = [{ over: 'best peer', factor: 3 }];
const common = { unit: 'MB/s', better: 'higher', work: 'MB', aims } as const;

export const blobPush: Scenario = {
  name: 'blob-push',
  title: 'Blob uploads',
  how: 'Different random blobs of 100 MB, POST and one PUT each; digests are computed before the clock starts. Which of them sync to disk before they answer: see "Durability".',
  budgetSeconds: 200,
  baselines: ['sink'],
  measures: [
    { id: 'push-1', title: 'Push 100 MB, one after the other', ...common },
    { id: 'push-8', title: 'Push 100 MB, 8 at once', ...common },
  ],
  async run(turn) {
    const { bigBlobBytes: sizeBytes, serialPushes, parallelPushes } = turn.sizes;
    const server = await turn.start();
    for (const [id, blobs, connections] of [
      ['push-1', serialPushes, 1],
      ['push-8', parallelPushes, parallelPushes],
    ] as const) {
      const job = { kind: 'push-blobs', url: server.url, repository: REPOSITORY, seed: id } as const;
      await turn.measure(id, server, () =>
        jobLoad(server, { ...job, blobs, sizeBytes, connections }, megabytesPerSecond),
      );
    }
  },
};
