import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ask, buildIndex } from '../../src/testing/index.ts';
import { type Cut, writeDiskAfter } from './harness/disk-model.ts';
import { startLadingHere } from './harness/lading-here.ts';
import { startLading } from './harness/lading-process.ts';
import { createLedger, type Ledger } from './harness/ledger.ts';
import { quickFolder } from './harness/quick-folder.ts';
import { chooseSeed, createRandom, type Random } from './harness/random.ts';
import { assertCheckClean, readBack } from './harness/read-back.ts';
import { parseRecording, type RecordedCall } from './harness/recording.ts';
import { createShim, skipWithoutShim } from './harness/shim.ts';
import { putManifest, runClient, type Traffic } from './harness/traffic.ts';

/** How many places are cut, of each kind; LADING_FAULT_CUTS=all cuts after each single call. */
const cuts = process.env.LADING_FAULT_CUTS ?? '15';
const clients = 3;
const stepsPerClient = 12;

interface Recorded {
  readonly root: string;
  readonly calls: readonly RecordedCall[];
  readonly ledger: Ledger;
}

const titles: Record<Cut, string> = {
  killed: 'the process ends',
  worst: 'the power goes and nothing unsynced stays',
  some: 'the power goes and some of the unsynced stays',
};

describe('a cut after a recorded call', { skip: skipWithoutShim() }, () => {
  for (const cut of ['killed', 'worst', 'some'] as const satisfies readonly Cut[]) {
    it(`${titles[cut]}: what was acknowledged before is there and whole`, async (context) => {
      await using folder = await quickFolder();
      const random = createRandom(chooseSeed());
      context.diagnostic(`LADING_FAULT_SEED=${random.seed}`);
      const recorded = await record(folder.path, random);
      const places = choosePlaces(recorded.calls.length, random);
      for (const place of places) await cutAndReadBack(folder.path, { ...recorded, place, cut, random });
      context.diagnostic(`${places.length} cuts of ${recorded.calls.length} calls`);
    });
  }

  it('keeps the first push of all, to a folder that was not there, of a manifest without blobs', async () => {
    await using folder = await quickFolder();
    const random = createRandom(1);
    const recorded = await record(join(folder.path, 'new', 'folders'), random, async (traffic) => {
      const target = { repository: 'first', tag: 'first' };
      assert.ok(await putManifest(traffic, target, buildIndex([])));
    });
    // Right after the last call before the answer, and so before link files follow. Not after the first sync of the log:
    // making the search index of a new root commits, too.
    const { calls, ledger, root } = recorded;
    const mayHold = ({ end }: RecordedCall) => ledger.asOf(end).allowed('tag first first').size;
    const begun = calls.findIndex((call) => mayHold(call) > 1);
    const place = calls.findIndex((call, index) => index > begun && mayHold(call) === 1) + 1;
    assert.ok(place > 0);
    const target = join(folder.path, 'cut');
    writeDiskAfter(calls.slice(0, place), { root, target, cut: 'worst', random });
    await using server = await startLadingHere({ root: target });
    assert.equal((await ask(server, 'GET /v2/first/manifests/first')).status, 200);
  });

  it('would be noticed here if nothing was synced', async () => {
    await using folder = await quickFolder();
    const random = createRandom(2);
    const recorded = await record(folder.path, random);
    const calls = recorded.calls.filter(({ call }) => call !== 's');
    await assert.rejects(
      cutAndReadBack(folder.path, { ...recorded, calls, place: calls.length, cut: 'worst', random }),
    );
  });
});

/** A server from its first start on a folder that is not there to its end, with all it did to that folder. */
async function record(
  folder: string,
  random: Random,
  work: (traffic: Traffic) => Promise<void> = (traffic) => runSteps(traffic),
): Promise<Recorded> {
  const root = join(folder, 'root');
  mkdirSync(folder, { recursive: true });
  const shim = createShim({ folder, root, record: true });
  const ledger = createLedger(shim.position);
  const agent = new Agent({ keepAlive: true });
  const unexpected: string[] = [];
  {
    await using server = await startLading({ root, env: shim.env });
    await Promise.all(
      Array.from({ length: clients }, (_, index) => {
        const own = { random: random.fork(), client: `c${index}`, uploads: [] };
        return work({ port: server.port, ledger, agent, unexpected, ...own });
      }),
    );
    assert.deepEqual(unexpected, []);
    assert.equal(await server.stop(), 0);
  }
  agent.destroy();
  return { root, calls: parseRecording(readFileSync(shim.recordingFile)), ledger };
}

async function runSteps(traffic: Traffic): Promise<void> {
  let left = stepsPerClient;
  await runClient(traffic, () => left-- === 0);
}

function choosePlaces(count: number, random: Random): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  if (cuts === 'all') return all;
  return [...new Set(Array.from({ length: Number(cuts) }, () => random.pick(all)))].sort((a, b) => a - b);
}

async function cutAndReadBack(
  folder: string,
  options: Recorded & { place: number; cut: Cut; random: Random },
): Promise<void> {
  const { root, calls, ledger, place, cut, random } = options;
  const target = join(folder, 'cut');
  const before = calls.slice(0, place);
  writeDiskAfter(before, { root, target, cut, random });
  try {
    await using server = await startLadingHere({ root: target });
    await readBack(server, ledger.asOf(before.at(-1)?.end ?? 0));
    await assertCheckClean(target);
  } catch (error) {
    throw new Error(`cut after call ${place} of ${calls.length}`, { cause: error });
  }
  await rm(target, { recursive: true });
}
