import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { someBytes } from '../../src/testing/index.ts';
import {
  ask,
  createAuthority,
  type Registry,
  type Scene,
  startLading,
  story,
  tlsEnv,
} from '../clients/harness/index.ts';
import { eventually } from '../faults/harness/eventually.ts';

const NEEDS = ['openssl'] as const;
const CONNECTIONS = 50;
/** A record header that says: handshake, TLS 1.0, 512 bytes; then the beginning of a ClientHello, and no more. */
const HALF_HELLO = Buffer.from('1603010200010001fc0303', 'hex');

interface Target {
  readonly registry: Registry;
  readonly ca: string;
  assertServesOthers(): Promise<void>;
  /** As few descriptors as before, and not one line about a fault. */
  assertRests(): Promise<void>;
}

async function start(scene: Scene): Promise<Target> {
  const authority = await createAuthority(scene);
  const { ca } = authority;
  const registry = await startLading(scene, { tls: { ca }, env: tlsEnv(await authority.issue('server')) });
  const handles = () => readdirSync(`/proc/${registry.daemon.pid}/fd`).length;
  const assertServesOthers = async () =>
    assert.equal((await ask(`${registry.url}/v2/`, { tls: { ca } })).status, 200);
  await assertServesOthers();
  const resting = await eventually(() => {
    const count = handles();
    assert.equal(handles(), count);
    return count;
  });
  return {
    registry,
    ca,
    assertServesOthers,
    async assertRests() {
      await eventually(() => assert.ok(handles() <= resting, `${handles()} descriptors of ${resting}`));
      assert.doesNotMatch(registry.log(), /unexpectedly|Error:|"level":"(error|fatal)"/);
    },
  };
}

async function openTcp({ registry }: Target): Promise<Socket> {
  const socket = connectTcp(registry.port, '127.0.0.1').on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** A finished handshake, and the connection beneath it. */
async function openTls(
  target: Target,
  maxVersion: 'TLSv1.2' | 'TLSv1.3',
): Promise<{ tls: TLSSocket; tcp: Socket }> {
  const tcp = await openTcp(target);
  const tls = connectTls({ socket: tcp, ca: target.ca, host: '127.0.0.1', maxVersion });
  tls.on('error', () => {});
  tls.resume();
  await once(tls, 'secureConnect');
  return { tls, tcp };
}

/** However it ends: `once` of node:events would throw for a reset. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

story(
  'TLS: garbage in place of a handshake, and plain HTTP → closed; others are served',
  NEEDS,
  async (scene) => {
    const target = await start(scene);
    const garbage = someBytes(64 * 1024, 3);
    for (let index = 0; index < CONNECTIONS; index++) {
      const socket = await openTcp(target);
      socket.write(index % 2 ? garbage.subarray(index * 100) : 'GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n');
      await ended(socket);
    }
    await target.assertServesOthers();
    await target.assertRests();
  },
);

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  story(
    `${version}: garbage in the middle of a connection → closed; others are served`,
    NEEDS,
    async (scene) => {
      const target = await start(scene);
      for (let index = 0; index < CONNECTIONS; index++) {
        const { tls, tcp } = await openTls(target, version);
        // In the middle of a request, half of the time.
        if (index % 2)
          tls.write('PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
        tcp.write(someBytes(1000 + index, index));
        await ended(tcp);
      }
      await target.assertServesOthers();
      await target.assertRests();
    },
  );
}

story(
  'TLS: handshakes that stop in the middle hold nobody up, and leave nothing when they go',
  NEEDS,
  async (scene) => {
    const target = await start(scene);
    const stopped = await Promise.all(Array.from({ length: 300 }, () => openTcp(target)));
    for (const socket of stopped) socket.write(HALF_HELLO);
    await target.assertServesOthers();
    for (const socket of stopped) socket.destroy();
    await target.assertRests();
  },
);

story(
  'TLS 1.2: a client that renegotiates again and again is refused or cut; others are served',
  NEEDS,
  async (scene) => {
    const target = await start(scene);
    let renegotiated = 0;
    for (let client = 0; client < 5; client++) {
      const { tls } = await openTls(target, 'TLSv1.2');
      for (let turn = 0; turn < 20 && !tls.destroyed; turn++) {
        const isDone = await new Promise<boolean>((resolve) => {
          tls.once('close', () => resolve(false));
          if (!tls.renegotiate({}, (error) => resolve(error === null))) resolve(false);
        });
        if (!isDone) break;
        renegotiated += 1;
      }
      tls.destroy();
      await ended(tls);
      await target.assertServesOthers();
    }
    assert.ok(
      renegotiated <= 5 * 4,
      `${renegotiated} renegotiations by five clients: each costs this server a handshake`,
    );
    await target.assertRests();
  },
);
