import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { digestOf } from '../../src/oci/index.ts';
import { ask } from '../../src/testing/index.ts';
import { type LadingProcess, startLading } from './harness/lading-process.ts';
import { createLedger, type Ledger } from './harness/ledger.ts';
import { quickFolder } from './harness/quick-folder.ts';
import { chooseSeed, createRandom, type Random } from './harness/random.ts';
import { assertCheckClean, readBack } from './harness/read-back.ts';
import { createShim, type Shim, skipWithoutShim } from './harness/shim.ts';
import { changeEachOnce, pushOwnImage, type Traffic } from './harness/traffic.ts';

/** How many of the calls are tried, of each fault; LADING_FAULT_STEPS=all tries each. */
const steps = process.env.LADING_FAULT_STEPS ?? '15';
/** About as many does `changeEachOnce` make. */
const callsOfScenario = 250;
const stepsTried = steps === 'all' ? 0 : Number(steps);

interface Bench {
  readonly root: string;
  readonly shim: Shim;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly unexpected: string[];
}

describe('a fault at the n-th call that changes the disk', { skip: skipWithoutShim() }, () => {
  it('the process ends there: the next start has all that was acknowledged', async (context) => {
    await using folder = await quickFolder();
    const bench = createBench(folder.path);
    context.diagnostic(`LADING_FAULT_SEED=${bench.random.seed}`);
    const { root, shim, ledger } = bench;
    const tried = await forSomeSteps(bench.random, stepsTried / 2, async (step) => {
      {
        await using server = await startLading({ root, env: shim.env });
        await readBack(server, ledger);
        await assertCheckClean(root);
        shim.exitAt(step);
        await changeUntilGone(server, bench);
      }
      shim.heal();
      return shim.wasReached();
    });
    context.diagnostic(`${tried} steps`);
    await using server = await startLading({ root });
    await readBack(server, ledger);
    await assertCheckClean(root);
  });

  for (const [errno, only] of [
    ['EIO', true],
    ['EIO', false],
    ['ENOSPC', false],
    ['EROFS', false],
    ['EMFILE', false],
  ] as const) {
    const title = `${errno} ${only ? 'at that call' : 'from there on'}`;
    it(`${title}: 503 or 507, no damage, and all works again without a restart`, async (context) => {
      await using folder = await quickFolder();
      const bench = createBench(folder.path);
      context.diagnostic(`LADING_FAULT_SEED=${bench.random.seed}`);
      const { root, shim, ledger, unexpected } = bench;
      await using server = await startLading({ root, env: shim.env });
      const agent = new Agent({ keepAlive: true });
      const traffic = trafficTo(server, bench, agent);
      // What fails for want of a file descriptor is opening, all else goes on.
      const calls = errno === 'EMFILE' ? { calls: 'oc' } : {};
      const tried = await forSomeSteps(
        bench.random,
        errno === 'EMFILE' ? 4 * stepsTried : stepsTried,
        async (step) => {
          shim.fail(step, errno, { only, ...calls });
          await changeEachOnce(traffic);
          shim.heal();
          const { acknowledged } = ledger;
          await pushOwnImage(traffic);
          assert.ok(
            ledger.acknowledged > acknowledged + 2,
            `a push after ${title} ${step} failed: ${server.log()}`,
          );
          await readBack(server, ledger, ledger.touched());
          return shim.wasReached();
        },
      );
      agent.destroy();
      context.diagnostic(`${tried} steps`);
      assert.deepEqual(unexpected, []);
      await readBack(server, ledger);
      await assertCheckClean(root);
      assert.doesNotMatch(server.log(), /unexpectedly|fault of Lading/);
      assert.equal(await server.stop(), 0);
      await using again = await startLading({ root });
      await readBack(again, ledger);
    });
  }

  it('EIO on every read: 503 or a cut connection, never other bytes, and all works again', async () => {
    await using folder = await quickFolder();
    const bench = createBench(folder.path);
    const { root, shim, ledger } = bench;
    {
      await using server = await startLading({ root });
      const agent = new Agent({ keepAlive: true });
      await changeEachOnce(trafficTo(server, bench, agent));
      agent.destroy();
    }
    // A new process, which has read little into its memory.
    await using server = await startLading({ root, env: shim.env });
    shim.fail(1, 'EIO', { calls: 'g' });
    const answers = { failed: 0, cut: 0 };
    for (const name of ledger.names()) {
      const [kind, repository, reference] = name.split(' ');
      const path = `/v2/${repository}/${kind === 'blob' ? 'blobs' : 'manifests'}/${reference}`;
      const answer = await ask(server, `GET ${path}`).catch(() => undefined);
      if (answer === undefined) answers.cut += 1;
      else if (answer.status === 503) answers.failed += 1;
      else if (answer.status === 200)
        assert.equal(answer.header('docker-content-digest'), digestOf('sha256', answer.body));
      else assert.equal(answer.status, 404, answer.body.toString());
    }
    shim.heal();
    assert.ok(answers.cut + answers.failed > 0, JSON.stringify(answers));
    await readBack(server, ledger);
    await assertCheckClean(root);
  });
});

function createBench(folder: string): Bench {
  const root = join(folder, 'root');
  const shim = createShim({ folder, root });
  return { root, shim, ledger: createLedger(), random: createRandom(chooseSeed()), unexpected: [] };
}

function trafficTo({ port }: { port: number }, { ledger, random, unexpected }: Bench, agent: Agent): Traffic {
  return { port, ledger, random, agent, client: 'c', uploads: [], unexpected };
}

/** Tries steps up to the first that is never reached, about `count` of them, or each. Answers how many were tried. */
async function forSomeSteps(
  random: Random,
  count: number,
  work: (step: number) => Promise<boolean>,
): Promise<number> {
  const stride = steps === 'all' ? 1 : Math.ceil(callsOfScenario / count);
  let tried = 0;
  for (let step = random.between(1, stride); await work(step); step += random.between(1, stride)) tried += 1;
  return tried;
}

async function changeUntilGone(server: LadingProcess, bench: Bench): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  try {
    await changeEachOnce(trafficTo(server, bench, agent));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  } finally {
    agent.destroy();
  }
  assert.deepEqual(bench.unexpected, []);
}
