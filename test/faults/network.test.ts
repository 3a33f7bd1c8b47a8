import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  ask,
  type BuiltBlob,
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
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: LadingProcess;
  let layer: BuiltBlob;
  let uploads: string;
  /** Handles after a first push and pull, with nobody connected. */
  let restingHandles: number;

  before(async () => {
    folder = await temporaryFolder();
    const root = join(folder.path, 'root');
    uploads = join(root, 'lading', 'uploads');
    const env = {
      REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_AGE: '3s',
      REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_INTERVAL: '1s',
    };
    server = await startLading({ root, env });
    layer = buildBlob(someBytes(16 * MiB));
    await pushBlob(server, repository, layer);
    await assertPulls();
    restingHandles = await eventually(async () => {
      const first = server.handles();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(server.handles(), first);
      return first;
    });
  });
  after(async () => {
    await server.kill();
    await folder[Symbol.asyncDispose]();
  });

  async function assertPulls(): Promise<void> {
    const answer = await ask(server, `GET /v2/${repository}/blobs/${layer.digest}`);
    assert.equal(answer.status, 200);
    assert.ok(answer.body.equals(layer.bytes));
  }
  const assertRests = () =>
    eventually(() =>
      assert.ok(server.handles() <= restingHandles, `${server.handles()} of ${restingHandles}`),
    );

  it('stopped in the middle of a pull and a push: others are served; an upload is taken over; nothing leaks', async () => {
    const location = await startUpload(server, repository);
    const stuck = [
      await startStuckClient('download', `/v2/${repository}/blobs/${layer.digest}`),
      await startStuckClient('upload', location),
    ];
    for (const client of stuck) client.kill('SIGSTOP');
    await assertPulls();
    // Another request goes on with the session that the stopped client holds.
    const state = await ask(server, `GET ${location}`);
    assert.equal(state.status, 204);
    const other = buildBlob(someBytes(1000, 5));
    await pushBlob(server, repository, other);
    const taken = await ask(server, `PATCH ${location}`, { body: Buffer.from('more') });
    assert.equal(taken.status, 202, taken.body.toString());
    assert.equal((await ask(server, `DELETE ${location}`)).status, 204);
    for (const client of stuck) client.kill('SIGKILL');
    await assertRests();
  });

  it(`${idleConnections} idle connections: still serves, takes little memory, and forgets them when they go`, async () => {
    const before = server.residentBytes();
    const sockets: Socket[] = [];
    for (let left = idleConnections; left > 0; left -= 100) {
      const some = Array.from({ length: 100 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      sockets.push(...some);
    }
    await eventually(() => assert.ok(server.handles() >= restingHandles + idleConnections));
    await assertPulls();
    await pushBlob(server, repository, buildBlob(someBytes(1000, 6)));
    const growth = server.residentBytes() - before;
    assert.ok(growth < 100 * MiB, `${growth} bytes for ${idleConnections} idle connections`);
    for (const socket of sockets) socket.destroy();
    await assertRests();
  });

  it(`gone in the middle of ${brokenTransfers} pulls and pushes: no handle, no upload and little memory is left`, async () => {
    const before = server.residentBytes();
    for (let turn = 0; turn < brokenTransfers; turn += 10) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const location = await startUpload(server, repository);
          await breakOff(
            `PUT ${withDigest(location, layer.digest)} HTTP/1.1\r\nContent-Length: ${layer.bytes.byteLength}`,
            { send: layer.bytes.subarray(0, 1000 * (index + 1)), untilAnswer: false },
          );
          const pull = `GET /v2/${repository}/blobs/${layer.digest} HTTP/1.1`;
          await breakOff(pull, { send: Buffer.alloc(0), untilAnswer: true });
        }),
      );
    }
    await assertRests();
    await assertPulls();
    await eventually(() => assert.deepEqual(readdirSync(uploads), []));
    const growth = server.residentBytes() - before;
    assert.ok(growth < 150 * MiB, `${growth} bytes after ${brokenTransfers} broken transfers`);
  });

  async function breakOff(head: string, how: { send: Buffer; untilAnswer: boolean }): Promise<void> {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    socket.write(`${head}\r\nHost: test\r\n\r\n`);
    await new Promise<void>((resolve) => socket.write(how.send, () => resolve()));
    if (how.untilAnswer) await once(socket, 'data');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }

  async function startStuckClient(kind: 'download' | 'upload', path: string) {
    const program = join(import.meta.dirname, 'harness', 'stuck-client.ts');
    const child = spawn(process.execPath, [program, String(server.port), kind, path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    return child;
  }
});
