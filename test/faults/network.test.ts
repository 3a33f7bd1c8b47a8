import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  ask,
  buildBlob,
  pushBlob,
  someBytes,
  startUpload,
  temporaryFolder,
  withDigest,
} from '../../src/testing/index.ts';
import { eventually } from './harness/eventually.ts';
import { type LadingProcess, startLading } from './harness/lading-process.ts';

const repository = 'net/app';
const idleConnections = 2_000;
const brokenTransfers = 200;
const MiB = 1024 * 1024;

describe('clients that go wrong', () => {
  const layer = buildBlob(someBytes(16 * MiB));

  it('stopped in the middle of a pull and a push: others are served; an upload is taken over; nothing leaks', async () => {
    await using at = await start();
    const { server } = at;
    const location = await startUpload(server, repository);
    const stuck = [
      await startStuckClient(server, { kind: 'download', path: `/v2/${repository}/blobs/${layer.digest}` }),
      await startStuckClient(server, { kind: 'upload', path: location }),
    ];
    for (const client of stuck) client.kill('SIGSTOP');
    await at.assertPulls();
    // Another request goes on with the session that the stopped client holds.
    const state = await ask(server, `GET ${location}`);
    assert.equal(state.status, 204);
    const other = buildBlob(someBytes(1000, 5));
    await pushBlob(server, repository, other);
    const taken = await ask(server, `PATCH ${location}`, { body: Buffer.from('more') });
    assert.equal(taken.status, 202, taken.body.toString());
    assert.equal((await ask(server, `DELETE ${location}`)).status, 204);
    for (const client of stuck) client.kill('SIGKILL');
    await at.assertRests();
  });

  it(`${idleConnections} idle connections: still serves, takes little memory, and forgets them when they go`, async () => {
    await using at = await start();
    const { server } = at;
    const before = server.residentBytes();
    const sockets: Socket[] = [];
    for (let left = idleConnections; left > 0; left -= 100) {
      const some = Array.from({ length: 100 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      sockets.push(...some);
    }
    await eventually(() => assert.ok(server.handles() >= at.restingHandles + idleConnections));
    await at.assertPulls();
    await pushBlob(server, repository, buildBlob(someBytes(1000, 6)));
    const growth = server.residentBytes() - before;
    assert.ok(growth < 100 * MiB, `${growth} bytes for ${idleConnections} idle connections`);
    for (const socket of sockets) socket.destroy();
    await at.assertRests();
  });

  it(`gone in the middle of ${brokenTransfers} pulls and pushes: no handle, no upload and little memory is left`, async () => {
    await using at = await start({
      REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_AGE: '3s',
      REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_INTERVAL: '1s',
    });
    const { server } = at;
    const before = server.residentBytes();
    for (let turn = 0; turn < brokenTransfers; turn += 10) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const location = await startUpload(server, repository);
          await breakOff(
            server,
            `PUT ${withDigest(location, layer.digest)} HTTP/1.1\r\nContent-Length: ${layer.bytes.byteLength}`,
            { send: layer.bytes.subarray(0, 1000 * (index + 1)), untilAnswer: false },
          );
          const pull = `GET /v2/${repository}/blobs/${layer.digest} HTTP/1.1`;
          await breakOff(server, pull, { send: Buffer.alloc(0), untilAnswer: true });
        }),
      );
    }
    await at.assertRests();
    await at.assertPulls();
    await eventually(() => assert.deepEqual(readdirSync(at.uploads), []));
    const growth = server.residentBytes() - before;
    assert.ok(growth < 150 * MiB, `${growth} bytes after ${brokenTransfers} broken transfers`);
  });

  /** A server that has seen one push and one pull of the layer. */
  async function start(env: Record<string, string> = {}) {
    await using started = new AsyncDisposableStack();
    const folder = started.use(await temporaryFolder());
    const root = join(folder.path, 'root');
    const server = started.use(await startLading({ root, env }));
    const assertPulls = async () => {
      const answer = await ask(server, `GET /v2/${repository}/blobs/${layer.digest}`);
      assert.equal(answer.status, 200);
      assert.ok(answer.body.equals(layer.bytes));
    };
    await pushBlob(server, repository, layer);
    await assertPulls();
    // With nobody connected.
    const restingHandles = await eventually(async () => {
      const first = server.handles();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(server.handles(), first);
      return first;
    });
    const running = started.move();
    return {
      server,
      restingHandles,
      uploads: join(root, 'lading', 'uploads'),
      assertPulls,
      assertRests: () =>
        eventually(() =>
          assert.ok(server.handles() <= restingHandles, `${server.handles()} of ${restingHandles}`),
        ),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  }
});

async function breakOff(
  { port }: LadingProcess,
  head: string,
  how: { send: Buffer; untilAnswer: boolean },
): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`${head}\r\nHost: test\r\n\r\n`);
  await new Promise<void>((resolve) => socket.write(how.send, () => resolve()));
  if (how.untilAnswer) await once(socket, 'data');
  socket.resetAndDestroy();
  await once(socket, 'close');
}

async function startStuckClient(
  { port }: LadingProcess,
  what: { kind: 'download' | 'upload'; path: string },
) {
  const program = join(import.meta.dirname, 'harness', 'stuck-client.ts');
  const child = spawn(process.execPath, [program, String(port), what.kind, what.path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
}
