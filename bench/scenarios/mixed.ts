/** 64 clients, 80 % pulls and 20 % pushes, for minutes: latencies, event-loop delay, memory over time. */

import { setTimeout as delay } from 'node:timers/promises';
import type { JobResult } from '../load/job.ts';
import { runJob } from '../load/run-job.ts';
import { percentile } from '../measure/statistics.ts';
import type { Measure, Scenario } from '../measure/types.ts';
import type { Server } from '../peers/start-server.ts';

const watchEveryMs = 1_000;
/** prom-client starts its histogram anew with each scrape: each value is of the time since the one before. */
const scrapeEvery = 5;

const lowerBetter = { unit: 'ms', better: 'lower', work: 'operation' } as const;
const bestPeer = [{ over: 'best peer', factor: 1 }] as const;
const measures: readonly Measure[] = [
  {
    id: 'operations',
    title: 'Pulls and pushes',
    unit: 'operations/s',
    better: 'higher',
    work: 'operation',
  },
  { id: 'p50', title: 'Median time of a request', ...lowerBetter },
  { id: 'p99', title: '99th percentile of a request', ...lowerBetter, aims: bestPeer },
  { id: 'pull-p99', title: '99th percentile of a whole pull', ...lowerBetter },
  { id: 'push-p99', title: '99th percentile of a whole push', ...lowerBetter },
  { id: 'rss', title: 'Highest resident memory', ...lowerBetter, unit: 'MB', limit: 300 },
  {
    id: 'rss-growth',
    title: 'Growth of resident memory from the second fifth of the time to the last',
    ...lowerBetter,
    unit: 'MB',
  },
  {
    id: 'event-loop',
    title: 'Event-loop delay, 99th percentile, worst window of 5 s',
    ...lowerBetter,
    limit: 20,
  },
];

export const mixed: Scenario = {
  name: 'mixed',
  title: 'Mixed load',
  how: '64 clients without pauses, so every contender is driven to its own limit: of 100 operations 80 pull one of 100 images (manifest, config, 6 layers of 1–100 kB), 20 push a new image (config, 2 layers, manifest). Latencies are of requests unless said.',
  budgetSeconds: 640,
  maxRounds: 1,
  measures,
  async run(turn) {
    const { mixedClients: clients, mixedMs: durationMs, mixedImages: images } = turn.sizes;
    const server = await turn.start();
    const common = {
      url: server.url,
      prefix: 'bench/mixed',
      seed: 'mixed',
      images,
      layers: 6,
      minBytes: 1_000,
      maxBytes: 100_000,
    };
    await runJob({ ...common, kind: 'push-images', clients: 8, deadlineMs: 120_000 });
    const stop = new AbortController();
    let watching: Promise<Watched> | undefined;
    let cpuBefore = 0;
    let result: JobResult;
    try {
      result = await runJob({ ...common, kind: 'mixed', clients, durationMs, pullShare: 0.8 }, () => {
        cpuBefore = server.cpuSeconds();
        watching = watch(server, stop.signal);
      });
    } finally {
      stop.abort();
    }
    const cpuSeconds = server.cpuSeconds() - cpuBefore;
    const seen = await watching;
    if (!seen) throw new Error('the mixed load never began');
    const work = result.operations;
    const values: Record<string, number> = {
      operations: work / result.seconds,
      p50: result.times.p50Ms,
      p99: result.times.p99Ms,
      'pull-p99': result.kinds?.pull?.p99Ms ?? Number.NaN,
      'push-p99': result.kinds?.push?.p99Ms ?? Number.NaN,
      rss: Math.max(...seen.rssMegabytes),
      'rss-growth': growthOf(seen.rssMegabytes),
    };
    if (seen.eventLoopMs.length > 0) values['event-loop'] = Math.max(...seen.eventLoopMs);
    for (const [id, value] of Object.entries(values)) {
      await turn.measure(id, server, async () => ({ value, work, cpuSeconds }));
    }
    const every = Math.max(1, Math.floor(seen.rssMegabytes.length / 12));
    const series = seen.rssMegabytes.filter((_, index) => index % every === 0).map(Math.round);
    turn.note(`Resident memory of ${turn.contender} in MB, every ${every} s: ${series.join(', ')}.`);
  },
};

interface Watched {
  readonly rssMegabytes: readonly number[];
  readonly eventLoopMs: readonly number[];
}

async function watch(server: Server, signal: AbortSignal): Promise<Watched> {
  const rssMegabytes: number[] = [];
  const eventLoopMs: number[] = [];
  // The first scrape ends the window of preparation.
  await scrape(server);
  for (let turn = 1; !signal.aborted; turn++) {
    rssMegabytes.push(server.rssBytes() / 1e6);
    await delay(watchEveryMs, undefined, { signal }).catch(() => {});
    if (turn % scrapeEvery !== 0 && !signal.aborted) continue;
    const seconds = await scrape(server);
    if (seconds !== undefined) eventLoopMs.push(seconds * 1000);
  }
  return { rssMegabytes, eventLoopMs };
}

/** The event loop's p99 in seconds, of Lading. */
async function scrape({ metricsUrl }: Server): Promise<number | undefined> {
  if (metricsUrl === undefined) return undefined;
  const text = await (await fetch(metricsUrl)).text();
  const value = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

function growthOf(series: readonly number[]): number {
  const part = (from: number, until: number) =>
    series.slice(Math.floor(series.length * from), Math.ceil(series.length * until));
  return percentile(part(0.8, 1), 50) - percentile(part(0.2, 0.4), 50);
}
