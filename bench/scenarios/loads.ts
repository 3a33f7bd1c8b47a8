/** The load generators as pieces of work for `Turn.measure`. */

import type { Job, JobResult } from '../load/job.ts';
import { runJob } from '../load/run-job.ts';
import { runWrk } from '../load/wrk.ts';
import type { Outcome } from '../measure/types.ts';
import type { Server } from '../peers/start-server.ts';

/** Requests a second by wrk. */
export async function wrkLoad(options: Parameters<typeof runWrk>[0]): Promise<Outcome> {
  const { requests, seconds, p50Ms, p99Ms } = await runWrk(options);
  if (requests === 0) throw new Error(`not one answer in ${seconds} s`);
  return { value: requests / seconds, work: requests, latency: { p50Ms, p99Ms } };
}

/** A job of the own generator; CPU is counted from the moment it is ready. */
export async function jobLoad(
  server: Server,
  job: Job,
  read: (result: JobResult) => Pick<Outcome, 'value' | 'work'>,
): Promise<Outcome> {
  let before = 0;
  const result = await runJob(job, () => {
    before = server.cpuSeconds();
  });
  const cpuSeconds = server.cpuSeconds() - before;
  const { p50Ms, p99Ms } = result.times;
  return { ...read(result), cpuSeconds, latency: { p50Ms, p99Ms } };
}

export const operationsPerSecond = ({ operations, seconds }: JobResult) => ({
  value: operations / seconds,
  work: operations,
});

export const megabytesPerSecond = ({ bytes, seconds }: JobResult) => ({
  value: bytes / 1e6 / seconds,
  work: bytes / 1e6,
});

export const medianMilliseconds = ({ times, operations }: JobResult) => ({
  value: times.p50Ms,
  work: operations,
});
