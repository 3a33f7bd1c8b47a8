/**
 * `LADING_FUZZ_REQUESTS=1000000 npm test -- test/hostile/fuzz.test.ts` sends a million. LADING_FAULT_SEED=… sends the same
 * again.
 */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runLading } from '../../src/cli/suite/run-lading.ts';
import { ask, filesBelow, pushImage, temporaryFolder } from '../../src/testing/index.ts';
import { eventually } from '../faults/harness/eventually.ts';
import { startLading } from '../faults/harness/lading-process.ts';
import { chooseSeed } from '../faults/harness/random.ts';
import { image } from './fuzz/request-grammar.ts';
import { runFuzz } from './fuzz/run-fuzz.ts';

const requests = Number(process.env.LADING_FUZZ_REQUESTS ?? 6_000);
const MiB = 1024 * 1024;
/** Of the whole run, however long: caches, compiled code, and sessions whose number is bounded. */
const maxResidentBytes = 400 * MiB;
const progressEvery = 50_000;

test(`${requests} requests, from a grammar and by mutation of recorded traffic → no 5xx, crash or hang, bounded memory, nothing out of place`, async (context) => {
  const seed = chooseSeed();
  context.diagnostic(`LADING_FAULT_SEED=${seed}`);
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  await using server = await startLading({ root });
  await pushImage(server, 'a', image, 'v1');
  const restingHandles = server.handles();
  let peakBytes = 0;
  let progress = 0;
  const began = performance.now();
  const crashed = server.ended.then((code) => {
    throw new Error(`the server ended with ${code}:\n${server.log()}`);
  });
  crashed.catch(() => {});
  const fuzzed = runFuzz({
    port: server.port,
    requests,
    seed,
    onBatch({ sent, answered }) {
      const resident = server.residentBytes();
      // Ended: `crashed` says why.
      if (Number.isNaN(resident)) return;
      peakBytes = Math.max(peakBytes, resident);
      assert.ok(resident < maxResidentBytes, `${resident} bytes resident after ${sent} requests`);
      if (sent < progress + progressEvery) return;
      progress = sent;
      const seconds = Math.round((performance.now() - began) / 1000);
      const mebibytes = Math.round(resident / MiB);
      console.log(
        `${seconds} s: ${sent} sent, ${answered} answered, ${mebibytes} MiB, ${server.handles()} handles`,
      );
    },
  });
  const report = await Promise.race([fuzzed, crashed]).catch(async (error: unknown) => {
    // Clients see the end of their connections a moment before the server's is known.
    await Promise.race([crashed, delay(2_000)]);
    throw error;
  });
  const statuses = [...report.statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status}×${count}`);
  context.diagnostic(
    `${report.sent} sent, ${report.answered} answered: ${statuses.join(' ')}; ${Math.round(peakBytes / MiB)} MiB at most`,
  );
  assert.deepEqual(report.findings, []);
  assert.ok(report.answered > requests / 4, 'most of it was never looked at');
  assert.equal((await ask(server, 'GET /v2/')).status, 200);
  await eventually(() =>
    assert.ok(server.handles() <= restingHandles + 2, `${server.handles()} handles of ${restingHandles}`),
  );
  assert.doesNotMatch(server.log(), /unexpectedly|"level":"(error|fatal)"/);
  assert.equal(await server.stop(), 0);
  await assertIntact(root);
  await assertInPlace(folder.path);
});

/** A blob may be gone from a repository whose manifest names it: among a million, some delete one. Nothing else may be wrong. */
async function assertIntact(root: string): Promise<void> {
  const { out } = await runLading(['check', '--json', '--root', root]);
  const problems = out.split('\n').filter((line) => line.includes('"severity":"problem"'));
  assert.deepEqual(
    problems.filter((line) => !line.includes('"kind":"reference-missing"')),
    [],
  );
}

/** Nothing was written but what a registry writes. */
async function assertInPlace(parent: string): Promise<void> {
  assert.deepEqual(await readdir(parent), ['root']);
  const expected =
    /^(docker\/registry\/v2\/(blobs\/sha(256|512)\/[0-9a-f]{2}\/[0-9a-f]+\/data|repositories\/[^.]*\/link)|lading\/(uploads\/[^/]+|(lading|lock)\.db(-wal|-shm)?))$/;
  const files = await filesBelow(join(parent, 'root'));
  assert.deepEqual(files.filter((path) => !expected.test(path)).slice(0, 10), []);
}
