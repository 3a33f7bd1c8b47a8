import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildBlob, temporaryFolder } from '../../src/testing/index.ts';
import { skipWithout } from '../../src/testing/skip-without.ts';
import { type LadingProcess, StartFailed, startLading } from './harness/lading-process.ts';
import { createLedger, type Ledger } from './harness/ledger.ts';
import { createRandom } from './harness/random.ts';
import { assertCheckClean, readBack } from './harness/read-back.ts';
import { changeEachOnce, pushBlob, pushOwnImage, type Traffic } from './harness/traffic.ts';

const notRoot = process.getuid?.() !== 0 && 'only root may mount and change users';

describe('a disk in trouble', () => {
  it('full at every stage: 507, and pushes again when there is space, without a restart', {
    skip: notRoot || skipWithout('mount', '--version'),
  }, async () => {
    await using disk = await smallDisk('size=6m');
    const root = join(disk.path, 'root');
    await using server = await startLading({ root });
    const traffic = trafficTo(server);
    const answers = watchAnswers(traffic);
    const ballast = join(disk.path, 'ballast');
    // The less is left, the earlier on the way of a push it ends.
    for (let freeBytes = 256 * 1024; freeBytes >= 0; freeBytes -= 16 * 1024) {
      fillUpTo(ballast, freeBytes);
      await changeEachOnce(traffic);
      rmSync(ballast);
      await assertPushes(traffic, `after a disk with ${freeBytes} bytes left`);
    }
    await assertSound({ root, server, traffic });
    assert.ok(answers.has(507), `the disk was never full: ${[...answers]}`);
  });

  it('no inodes left: 507, reads go on', { skip: notRoot || skipWithout('mount', '--version') }, async () => {
    await using disk = await smallDisk('size=20m,nr_inodes=160');
    const root = join(disk.path, 'root');
    await using server = await startLading({ root });
    const traffic = trafficTo(server);
    const answers = watchAnswers(traffic);
    for (let turn = 0; turn < 40 && !answers.has(507); turn++) await changeEachOnce(traffic);
    assert.ok(answers.has(507));
    await readBack(server, traffic.ledger);
    assert.equal(spawnSync('mount', ['-o', 'remount,nr_inodes=100000', disk.path]).status, 0);
    await assertPushes(traffic, 'after more inodes');
    await assertSound({ root, server, traffic });
  });

  it('read-only at the start: one sentence and exit 1; nothing changed', {
    skip: notRoot || skipWithout('mount', '--version'),
  }, async () => {
    await using disk = await smallDisk('size=6m');
    const root = join(disk.path, 'root');
    const traffic = await pushTo(root);
    const remount = (how: string) => spawnSync('mount', ['-o', `remount,${how}`, disk.path]).status;
    assert.equal(remount('ro'), 0);
    await assertRefusesToStart(root, /not mounted read-only/);
    assert.equal(remount('rw'), 0);
    await using server = await startLading({ root });
    await readBack(server, traffic.ledger);
  });

  it('permission lost: 503, reads go on, and pushes again when it is back, without a restart', {
    skip: notRoot || skipWithout('setpriv', '--version'),
  }, async () => {
    await using folder = await temporaryFolder();
    chmodSync(folder.path, 0o755);
    const root = join(folder.path, 'root');
    mkdirSync(root);
    chownSync(root, nobody, nobody);
    const through = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    await using server = await startLading({ root, through });
    const traffic = trafficTo(server);
    const answers = watchAnswers(traffic);
    await assertPushes(traffic, 'at first');
    for (const place of ['lading/uploads', 'docker/registry/v2/blobs/sha256', 'lading']) {
      chmodSync(join(root, place), 0o555);
      await changeEachOnce(traffic);
      chmodSync(join(root, place), 0o755);
      await assertPushes(traffic, `after ${place} was not writable`);
    }
    assert.ok(answers.has(503));
    await assertSound({ root, server, traffic });
  });

  it('no permission at the start: one sentence and exit 1', {
    skip: notRoot || skipWithout('setpriv', '--version'),
  }, async () => {
    await using folder = await temporaryFolder();
    chmodSync(folder.path, 0o755);
    const root = join(folder.path, 'root');
    await pushTo(root);
    const through = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    await assertRefusesToStart(root, /cannot be written: check its owner/, through);
  });

  it('no file descriptors left: connections wait or are refused, and all works again when they are back', {
    skip: skipWithout('prlimit', '--version'),
  }, async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'root');
    await using server = await startLading({ root });
    const traffic = trafficTo(server);
    await assertPushes(traffic, 'at first');
    const before = server.handles();
    limitHandles(server, before + 12);
    const idle = Array.from({ length: 30 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
    // With kept-alive connections that are in already: they have no files to work with.
    await Promise.race([
      changeEachOnce({ ...traffic, unexpected: [] }).catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, 3_000).unref()),
    ]);
    for (const socket of idle) socket.destroy();
    traffic.agent.destroy();
    limitHandles(server, 4096);
    await assertPushes(trafficTo(server, traffic.ledger), 'after descriptors were back');
    await assertSound({ root, server, traffic });
  });
});

const nobody = 65534;

/** A file system of its own that goes with the test. */
async function smallDisk(options: string) {
  const folder = await temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder.path]);
  assert.equal(mounted.status, 0, String(mounted.stderr));
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['-l', folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Leaves so many bytes of the disk that `file` is on. */
function fillUpTo(file: string, freeBytes: number): void {
  const chunk = Buffer.alloc(4096);
  const written: Buffer[] = [];
  try {
    for (;;) {
      writeFileSync(file, chunk, { flag: 'a' });
      written.push(chunk);
    }
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
  spawnSync('truncate', ['-s', String(Math.max(0, written.length * 4096 - freeBytes)), file]);
}

function limitHandles(server: LadingProcess, count: number): void {
  const { status } = spawnSync('prlimit', ['--pid', String(server.pid), `--nofile=${count}:20000`]);
  assert.equal(status, 0);
}

function trafficTo({ port }: { port: number }, ledger: Ledger = createLedger()): Traffic {
  const agent = new Agent({ keepAlive: true });
  return { port, ledger, random: createRandom(1), agent, client: 'c', uploads: [], unexpected: [] };
}

/** The statuses that it gets from now on. */
function watchAnswers(traffic: Traffic): Set<number> {
  const seen = new Set<number>();
  const { createConnection } = traffic.agent;
  traffic.agent.createConnection = (...args: Parameters<typeof createConnection>) => {
    const socket = createConnection.apply(traffic.agent, args);
    socket?.on('data', (bytes: Buffer) => {
      for (const found of bytes.toString('latin1').matchAll(/^HTTP\/1\.1 (\d+)/gm))
        seen.add(Number(found[1]));
    });
    return socket;
  };
  return seen;
}

/** A push of each kind, of content of its own, is taken. */
async function assertPushes(traffic: Traffic, when: string): Promise<void> {
  const { acknowledged } = traffic.ledger;
  assert.ok(
    await pushBlob(traffic, 'again', buildBlob(Buffer.from(when))),
    `no blob could be pushed ${when}`,
  );
  await pushOwnImage(traffic);
  assert.ok(traffic.ledger.acknowledged >= acknowledged + 4, `no image could be pushed ${when}`);
}

async function pushTo(root: string): Promise<Traffic> {
  await using server = await startLading({ root });
  const traffic = trafficTo(server);
  await assertPushes(traffic, 'at first');
  traffic.agent.destroy();
  assert.equal(await server.stop(), 0);
  return traffic;
}

/** Nothing but what clients were told, by `lading check` too; and after a stop, by what the tree alone holds. */
async function assertSound(options: {
  root: string;
  server: LadingProcess;
  traffic: Traffic;
}): Promise<void> {
  const { root, server, traffic } = options;
  const { ledger, unexpected } = traffic;
  traffic.agent.destroy();
  assert.deepEqual(unexpected, []);
  await readBack(server, ledger);
  await assertCheckClean(root);
  assert.doesNotMatch(server.log(), /unexpectedly/);
  assert.equal(await server.stop(), 0);
  rmSync(join(root, 'lading', 'lading.db'));
  await using again = await startLading({ root });
  await readBack(again, ledger);
}

async function assertRefusesToStart(
  root: string,
  text: RegExp,
  through: readonly string[] = [],
): Promise<void> {
  const failed = await startLading({ root, through }).then(
    async (server) => {
      await server.kill();
      return undefined;
    },
    (error: unknown) => error,
  );
  assert.ok(failed instanceof StartFailed, 'it started');
  assert.equal(failed.code, 1);
  assert.match(failed.output, text);
  assert.doesNotMatch(failed.output, /\n\s+at |fault of Lading/);
}
