import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from '../../src/testing/index.ts';
import { type LadingProcess, startLading } from './harness/lading-process.ts';
import { createLedger, type Ledger } from './harness/ledger.ts';
import { chooseSeed, createRandom, type Random } from './harness/random.ts';
import { assertCheckClean, assertUploadsGoOn, readBack } from './harness/read-back.ts';
import { type OpenUpload, runClient } from './harness/traffic.ts';

/** The long run: LADING_FAULT_ROUNDS=500. */
const rounds = Number(process.env.LADING_FAULT_ROUNDS ?? 20);
/** After so many, the next begins with an empty folder: reading everything back must not become the whole test. */
const roundsPerRoot = 20;
const clients = 6;
const fewOlderNames = 150;
const restartCpuMs = 2_000;

describe('kill -9', () => {
  it(`loses nothing acknowledged and shows nothing half-made (${rounds} rounds)`, async (context) => {
    const seed = chooseSeed();
    const figures = { acknowledged: 0, restartsCpuMs: [] as number[] };
    context.diagnostic(`LADING_FAULT_SEED=${seed}`);
    const random = createRandom(seed);
    for (let done = 0; done < rounds; done += roundsPerRoot) {
      await using folder = await temporaryFolder();
      await killAndReadBack(join(folder.path, 'root'), {
        rounds: Math.min(roundsPerRoot, rounds - done),
        random: random.fork(),
        figures,
      });
    }
    const sorted = figures.restartsCpuMs.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    context.diagnostic(
      `${rounds} kills, ${figures.acknowledged} acknowledged changes, processor time of a restart: median ${median} ms, worst ${sorted.at(-1) ?? 0} ms`,
    );
    assert.ok(median < restartCpuMs, `a restart takes ${median} ms of the processor`);
  });
});

async function killAndReadBack(
  root: string,
  options: {
    rounds: number;
    random: Random;
    figures: { acknowledged: number; restartsCpuMs: number[] };
  },
): Promise<void> {
  const { random, figures } = options;
  const ledger = createLedger();
  let server = await startLading({ root });
  try {
    for (let round = 1; round <= options.rounds; round++) {
      const known = ledger.names();
      const uploads = await loadUntilKilled(server, ledger, random);
      server = await startLading({ root });
      figures.restartsCpuMs.push(server.readyCpuMs);
      await assertUploadsGoOn(server, ledger, uploads);
      const isLast = round === options.rounds;
      await readBack(server, ledger, isLast ? undefined : someNames(ledger, known, random));
      await assertCheckClean(root);
    }
    figures.acknowledged += ledger.acknowledged;
    assert.equal(await server.stop(), 0);
    // What the tree holds alone says the same.
    await rm(join(root, 'lading', 'lading.db'));
    server = await startLading({ root });
    await readBack(server, ledger);
  } finally {
    await server.kill();
  }
}

async function loadUntilKilled(server: LadingProcess, ledger: Ledger, random: Random): Promise<OpenUpload[]> {
  const agent = new Agent({ keepAlive: true });
  const uploads: OpenUpload[] = [];
  const unexpected: string[] = [];
  const running = Array.from({ length: clients }, (_, index) => {
    const own = { random: random.fork(), client: `c${index}` };
    return runClient({ port: server.port, ledger, agent, uploads, unexpected, ...own }, () => false);
  });
  await delay(random.between(20, 700));
  await server.kill();
  await Promise.all(running);
  agent.destroy();
  assert.deepEqual(unexpected, []);
  return uploads;
}

/** All that this round touched, and some of those before. */
function someNames(ledger: Ledger, known: readonly string[], random: Random): string[] {
  const sample = known.length === 0 ? [] : Array.from({ length: fewOlderNames }, () => random.pick(known));
  return [...new Set([...ledger.touched(), ...sample])];
}
