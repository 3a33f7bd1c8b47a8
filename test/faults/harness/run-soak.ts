import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from '../../../src/testing/index.ts';
import { startLading } from './lading-process.ts';
import { createLedger } from './ledger.ts';
import { createRandom } from './random.ts';
import { assertCheckClean, assertUploadsGoOn, readBack } from './read-back.ts';
import { type OpenUpload, runClient } from './traffic.ts';

export interface Sample {
  readonly atMs: number;
  readonly residentBytes: number;
  readonly handles: number;
  readonly acknowledged: number;
}

const clients = 4;
const MiB = 1024 * 1024;
/** The first part warms up: caches fill, code is compiled. */
const warmUp = 0.4;
/** How much the median of the last quarter may lie above that of the first after the warm-up. */
const growthBytes = 48 * MiB;
const handlesOfClients = 20;

/**
 * Pushes, moves, mounts and deletes for `durationMs`, reading back in between, then asserts that memory and handles stayed
 * flat, everything is there, and a check is clean. Answers what it saw.
 */
export async function runSoak(options: {
  durationMs: number;
  seed: number;
  onSample?: (sample: Sample) => void;
}): Promise<readonly Sample[]> {
  const { durationMs, seed, onSample } = options;
  await using folder = await temporaryFolder();
  const samples: Sample[] = [];
  const random = createRandom(seed);
  const root = join(folder.path, 'root');
  await using server = await startLading({ root });
  let acknowledged = 0;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  // In turns: what one turn wrote is read back while nobody writes.
  const turnMs = Math.min(durationMs / 10, 60_000);
  for (let turn = 1; elapsed() < durationMs; turn++) {
    const end = elapsed() + turnMs;
    const agent = new Agent({ keepAlive: true });
    const unexpected: string[] = [];
    const uploads: OpenUpload[] = [];
    const ledger = createLedger();
    await Promise.all(
      Array.from({ length: clients }, (_, index) => {
        const shared = `turn${turn}/shared`;
        const own = {
          random: random.fork(),
          shared,
          client: `turn${turn}/c${index}`,
          ledger,
          agent,
          uploads,
        };
        return runClient({ port: server.port, unexpected, ...own }, () => elapsed() > end);
      }),
    );
    agent.destroy();
    assert.deepEqual(unexpected, []);
    await assertUploadsGoOn(server, ledger, uploads);
    await readBack(server, ledger);
    acknowledged += ledger.acknowledged;
    await delay(50);
    const sample = {
      atMs: Math.round(elapsed()),
      residentBytes: server.residentBytes(),
      handles: server.handles(),
      acknowledged,
    };
    samples.push(sample);
    onSample?.(sample);
  }
  await assertCheckClean(root);
  assertFlat(samples);
  assert.equal(await server.stop(), 0);
  return samples;
}

function assertFlat(samples: readonly Sample[]): void {
  const warm = samples.slice(Math.floor(samples.length * warmUp));
  const quarter = Math.max(1, warm.length >> 2);
  const median = (some: readonly Sample[], of: (sample: Sample) => number) =>
    some.map(of).sort((a, b) => a - b)[some.length >> 1] ?? 0;
  const grown = (of: (sample: Sample) => number) =>
    median(warm.slice(-quarter), of) - median(warm.slice(0, quarter), of);
  const bytes = grown(({ residentBytes }) => residentBytes);
  assert.ok(bytes < growthBytes, `memory grew by ${bytes} bytes: ${JSON.stringify(samples)}`);
  const handles = grown((sample) => sample.handles);
  assert.ok(handles < handlesOfClients, `${handles} more handles: ${JSON.stringify(samples)}`);
}
