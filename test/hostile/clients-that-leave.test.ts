import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ask,
  buildBlob,
  filesBelow,
  openRawConnection,
  pushBlob,
  someBytes,
  startTestServer,
  startUpload,
  withDigest,
} from '../../src/testing/index.ts';
import { assertUnharmed } from './assert-unharmed.ts';

const timeout = 60_000;
const blob = buildBlob(someBytes(8 * 1024 * 1024));
const times = (count: number, work: (index: number) => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

test('30 clients leave in the middle of a download → every file is closed', { timeout }, async () => {
  await using server = await startTestServer();
  await pushBlob(server, 'a', blob);
  await times(30, async (index) => {
    await using client = await openRawConnection(server);
    const range = index % 3 === 0 ? 'Range: bytes=0-99,1000-5000000\r\n' : '';
    await client.send(`GET /v2/a/blobs/${blob.digest} HTTP/1.1\r\nHost: x\r\n${range}\r\n`);
    await client.readHead();
    if (index % 2) client.socket.resetAndDestroy();
  });
  await server.idle();
  const pulls = server.records.filter(({ route }) => route === 'blob.get');
  assert.equal(pulls.length, 30);
  assert.ok(pulls.every(({ aborted }) => aborted));
  await assertUnharmed(server);
  assert.ok((await ask(server, `GET /v2/a/blobs/${blob.digest}`)).body.equals(blob.bytes));
});

test('30 clients leave in the middle of a PATCH → every file is closed, every upload can go on', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  const locations: string[] = [];
  await times(30, async (index) => {
    const location = await startUpload(server, 'a');
    locations.push(location);
    await using client = await openRawConnection(server);
    const type = index % 2 ? 'Transfer-Encoding: chunked' : 'Content-Length: 9000000';
    await client.send(`PATCH ${location} HTTP/1.1\r\nHost: x\r\n${type}\r\n\r\n`);
    if (index % 2) await client.send('100000\r\n');
    await client.send(blob.bytes.subarray(0, 100_000));
    if (index % 3 === 0) client.socket.resetAndDestroy();
  });
  await server.idle();
  await assertUnharmed(server, { uploads: 30 });
  await times(30, async (index) => {
    const location = locations[index] ?? assert.fail();
    const status = await ask(server, `GET ${location}`);
    assert.equal(status.status, 204);
    const last = Number(status.header('range')?.split('-')[1]);
    const kept = last === 0 ? 0 : last + 1;
    const put = await ask(server, `PUT ${withDigest(location, blob.digest)}`, {
      body: blob.bytes.subarray(kept),
    });
    // An upload of one byte reads as an empty one; all others go on where they say.
    assert.equal(put.status, 201, put.body.toString());
  });
  await assertUnharmed(server);
});

test('clients leave in the middle of a whole POST or PUT → a POST leaves no session behind', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  await times(10, async () => {
    await using client = await openRawConnection(server);
    await client.send(
      `POST /v2/a/blobs/uploads/?digest=${blob.digest} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n`,
    );
    await client.send(blob.bytes.subarray(0, 1_000_000));
  });
  await server.idle();
  assert.deepEqual(await filesBelow(`${server.root}/lading/uploads`), []);
  await assertUnharmed(server);
});

test('clients leave before their answer → the server goes on', { timeout }, async () => {
  await using server = await startTestServer();
  await pushBlob(server, 'a', blob);
  await times(100, async (index) => {
    await using client = await openRawConnection(server);
    const line = [
      'GET /v2/',
      `GET /v2/a/blobs/${blob.digest}`,
      'GET /v2/_catalog',
      'POST /v2/b/blobs/uploads/?digest=x',
    ][index % 4];
    await client.send(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
  });
  await assertUnharmed(server);
});

test('a client that reads slowly gets every byte', { timeout }, async () => {
  await using server = await startTestServer();
  await pushBlob(server, 'a', blob);
  await using client = await openRawConnection(server);
  await client.send(`GET /v2/a/blobs/${blob.digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await client.readHead();
  for (let turn = 0; turn < 50; turn++) await ask(server, 'GET /v2/');
  assert.ok((await client.readRest()).equals(blob.bytes));
  await assertUnharmed(server);
});
