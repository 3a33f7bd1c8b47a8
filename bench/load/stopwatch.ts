import { percentile } from '../measure/statistics.ts';
import type { Times } from './job.ts';

/** Collects how long operations took. */
export interface Stopwatch {
  add(sinceMs: number): void;
  times(): Times;
}

export function createStopwatch(): Stopwatch {
  const taken: number[] = [];
  return {
    add: (sinceMs) => {
      taken.push(performance.now() - sinceMs);
    },
    times: () =>
      taken.length === 0
        ? { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 }
        : {
            count: taken.length,
            p50Ms: percentile(taken, 50),
            p99Ms: percentile(taken, 99),
            maxMs: percentile(taken, 100),
          },
  };
}
