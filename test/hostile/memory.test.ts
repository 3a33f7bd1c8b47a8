import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import {
  ask,
  buildBlob,
  openFilesBelow,
  openRawConnection,
  pushBlob,
  someBytes,
  startUpload,
  temporaryFolder,
  withDigest,
} from '../../src/testing/index.ts';
import { eventually } from '../faults/harness/eventually.ts';
import { startChildServer } from './child-server.ts';

const MiB = 1024 * 1024;
const timeout = 60_000;
const piece = someBytes(MiB);

/** Pushes `mebibytes` pieces as one PATCH, no faster than the server takes them; answers the digest. */
async function pushStream(server: { port: number }, mebibytes: number, first = 0): Promise<string> {
  const location = await startUpload(server, 'big');
  const hash = createHash('sha256');
  await new Promise<void>((resolve, reject) => {
    const sent = request({
      port: server.port,
      host: '127.0.0.1',
      method: 'PATCH',
      path: location,
      agent: false,
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 202 ? resolve() : reject(new Error(`${response.statusCode}`)),
      );
    });
    void (async () => {
      for (let index = 0; index < mebibytes; index++) {
        const bytes = index === 0 ? Buffer.concat([Buffer.of(first), piece]) : piece;
        hash.update(bytes);
        if (!sent.write(bytes)) await new Promise((drained) => sent.once('drain', drained));
      }
      sent.end();
    })();
  });
  const digest = `sha256:${hash.digest('hex')}`;
  const put = await ask(server, `PUT ${withDigest(location, digest)}`);
  assert.equal(put.status, 201, put.body.toString());
  return digest;
}

function report(test: TestContext, text: string): void {
  test.diagnostic(text);
}

test('what a push holds in memory does not grow with the blob', { timeout }, async (context) => {
  await using folder = await temporaryFolder();
  await using server = await startChildServer(folder.path);
  await pushStream(server, 32);
  const small = server.peakMemoryBytes();
  await pushStream(server, 320, 1);
  const large = server.peakMemoryBytes();
  report(
    context,
    `peak ${Math.round(small / MiB)} MiB after 32 MiB, ${Math.round(large / MiB)} MiB after 320 MiB`,
  );
  assert.ok(large - small < 96 * MiB, `${large - small} bytes more for a blob ten times as large`);
});

test('20 clients that do not read their 256 MiB hold little memory, and free it when they leave', {
  timeout,
}, async (context) => {
  await using folder = await temporaryFolder();
  await using server = await startChildServer(folder.path);
  const digest = await pushStream(server, 256);
  const before = server.memoryBytes();
  const clients = await Promise.all(Array.from({ length: 20 }, () => openRawConnection(server)));
  for (const client of clients) {
    await client.send(`GET /v2/big/blobs/${digest} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.readHead();
  }
  // Reads a little now and then, so that the server has always something to write.
  for (let round = 0; round < 20; round++) {
    for (const client of clients) client.socket.read();
    await ask(server, 'GET /v2/');
  }
  const grown = server.memoryBytes() - before;
  report(context, `20 slow readers: ${Math.round(grown / MiB)} MiB more`);
  assert.ok(grown < 128 * MiB, `${grown} bytes more`);
  assert.equal(openFilesBelow(`${folder.path}/docker`, server.pid).length, 20);
  for (const client of clients) await client[Symbol.asyncDispose]();
  // The server learns of it a moment later.
  await eventually(() => assert.deepEqual(openFilesBelow(`${folder.path}/docker`, server.pid), []));
});

test('manifests that are refused for their size or shape do not pile up', { timeout }, async (context) => {
  await using folder = await temporaryFolder();
  await using server = await startChildServer(folder.path);
  const bomb = Buffer.from(`{"schemaVersion":2,"a":[${'[],'.repeat(1_300_000)}[]]}`);
  const push = async () => {
    const answer = await ask(server, 'PUT /v2/a/manifests/v1', { body: bomb });
    assert.equal(answer.status, 400);
  };
  for (let round = 0; round < 5; round++) await push();
  const before = server.peakMemoryBytes();
  for (let round = 0; round < 30; round++) await push();
  const grown = server.peakMemoryBytes() - before;
  report(context, `30 more bombs of 3.9 MB: ${Math.round(grown / MiB)} MiB more`);
  assert.ok(grown < 128 * MiB, `${grown} bytes more`);
});

test('pushes at once: the delay of the event loop is reported, and requests beside them are answered', {
  timeout,
}, async (context) => {
  await using folder = await temporaryFolder();
  const probe = `import { monitorEventLoopDelay } from 'node:perf_hooks';
    const delay = monitorEventLoopDelay({ resolution: 5 }); delay.enable();
    process.once('exit', () => console.error('DELAY ' + [50, 99, 100].map((p) => 'p' + p + '=' + (delay.percentile(p) / 1e6).toFixed(1) + 'ms').join(' ')));`;
  const server = await startChildServer(folder.path, [
    '--import',
    `data:text/javascript,${encodeURIComponent(probe)}`,
  ]);
  try {
    const pushes = Promise.all(Array.from({ length: 8 }, (_, index) => pushStream(server, 50, index)));
    const blob = buildBlob(someBytes(1000));
    for (let turn = 0; turn < 20; turn++) await pushBlob(server, 'small', blob);
    await pushes;
  } finally {
    report(context, `8 pushes of 50 MiB: ${/DELAY (.*)/.exec(await server.stop())?.[1]}`);
  }
});
