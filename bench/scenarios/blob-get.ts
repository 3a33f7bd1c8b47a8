/** Big downloads and ranges of them, beside nginx with sendfile on a file of the same size. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '../load/image.ts';
import type { RepeatJob } from '../load/job.ts';
import type { Aim, Measure, Scenario } from '../measure/types.ts';
import { jobLoad, megabytesPerSecond } from './loads.ts';
import { prepareBlob, REPOSITORY } from './prepare-image.ts';

const aims: readonly Aim[] = [
  { over: 'best peer', factor: 1.2 },
  { over: 'nginx', factor: 0.85 },
];

const loads = {
  'whole-1': { title: 'GET 100 MB, 1 connection', connections: 1, times: 1, isRange: false },
  'whole-8': { title: 'GET 100 MB, 8 connections', connections: 8, times: 2, isRange: false },
  'range-1': { title: 'GET ranges of 1 MB, 1 connection', connections: 1, times: 1, isRange: true },
  'range-8': { title: 'GET ranges of 1 MB, 8 connections', connections: 8, times: 1, isRange: true },
} as const;

const RANGE_BYTES = 1_000_000;

export const blobGet: Scenario = {
  name: 'blob-get',
  title: 'Blob downloads',
  how: 'One blob of 100 MB that was just pushed, so it is in the page cache. The client reads into one buffer and throws away. Ranges begin at random.',
  budgetSeconds: 140,
  baselines: ['nginx'],
  measures: Object.entries(loads).map(
    ([id, { title }]): Measure => ({ id, title, unit: 'MB/s', better: 'higher', work: 'MB', aims }),
  ),
  async run(turn) {
    const blobBytes = turn.sizes.bigBlobBytes;
    const server = await turn.start();
    let path = '/file';
    if (turn.contender === 'nginx') writeFileSync(join(server.root, 'file'), randomBytes('big', blobBytes));
    else path = `/v2/${REPOSITORY}/blobs/${await prepareBlob(server, blobBytes)}`;
    for (const [id, { connections, times, isRange }] of Object.entries(loads)) {
      const job: RepeatJob = {
        kind: 'repeat',
        url: server.url,
        method: 'GET',
        paths: [path],
        headers: {},
        expect: isRange ? 206 : 200,
        connections,
        durationMs: turn.sizes.requestMs * times,
        ...(isRange && { range: { rangeBytes: Math.min(RANGE_BYTES, blobBytes / 2), blobBytes } }),
      };
      await turn.measure(id, server, () => jobLoad(server, job, megabytesPerSecond));
    }
  },
};
