import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../peers/start-server.ts';
import { BENCH_CACHE, BENCH_RUNS } from '../places.ts';
import type { Sizes } from '../sizes.ts';
import { giveBackSpace } from './give-back-space.ts';
import type { Contender, Outcome, Sample, Scenario, Turn } from './types.ts';

/** Runs one contender's turn in a fresh folder; all that it started has ended when this returns or throws. */
export async function runTurn(options: {
  scenario: Scenario;
  contender: Contender;
  round: number;
  sizes: Sizes;
  onSample: (sample: Sample) => void;
  onNote: (text: string) => void;
}): Promise<void> {
  const { scenario, contender, round, sizes, onSample, onNote } = options;
  mkdirSync(BENCH_RUNS, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const dir = mkdtempSync(join(BENCH_RUNS, `${scenario.name}-${contender}-`));
  stack.defer(() => giveBackSpace(dir));
  const fixturesDir = join(BENCH_CACHE, 'fixtures');
  mkdirSync(fixturesDir, { recursive: true });
  const known = new Set(scenario.measures.map(({ id }) => id));
  const turn: Turn = {
    contender,
    round,
    sizes,
    dir,
    fixturesDir,
    start: async (startOptions) => {
      const server = await startServer(contender, dir, startOptions);
      stack.defer(() => server.stop());
      return server;
    },
    measure: async (id, server, work) => {
      if (!known.has(id)) throw new Error(`${scenario.name} has no measure ${id}`);
      const before = server.cpuSeconds();
      const { cpuSeconds, ...outcome }: Outcome = await work();
      onSample({
        scenario: scenario.name,
        measure: id,
        contender,
        round,
        ...outcome,
        cpuSeconds: cpuSeconds ?? server.cpuSeconds() - before,
        peakRssBytes: server.peakRssBytes(),
      });
    },
    note: onNote,
    defer: (cleanUp) => {
      stack.defer(async () => {
        await cleanUp();
      });
    },
  };
  await scenario.run(turn);
}
