import { describe, it } from 'node:test';
import { chooseSeed } from './harness/random.ts';
import { runSoak } from './harness/run-soak.ts';

/** The long one: `node test/faults/soak.ts`. */
const seconds = 20;

describe('a soak', () => {
  it(`${seconds} s under load: memory and handles stay flat, and all is there`, async (context) => {
    const seed = chooseSeed();
    context.diagnostic(`LADING_FAULT_SEED=${seed}`);
    const samples = await runSoak({ durationMs: seconds * 1000, seed });
    const last = samples.at(-1);
    context.diagnostic(
      `${last?.acknowledged} changes, ${Math.round((last?.residentBytes ?? 0) / 1024 / 1024)} MiB, ${last?.handles} handles`,
    );
  });
});
