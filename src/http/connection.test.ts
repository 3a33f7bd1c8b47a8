import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildBlob,
  openFilesBelow,
  openRawConnection,
  pushBlob,
  someBytes,
  startTestServer,
} from '../testing/index.ts';

const big = buildBlob(someBytes(16 * 1024 * 1024));
const timeout = 60_000;

test('a client that pipelines downloads and leaves → only the first is begun, and no file stays open', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  await pushBlob(server, 'a', big);
  {
    await using client = await openRawConnection(server);
    await client.send(`GET /v2/a/blobs/${big.digest} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(200));
    await client.readHead();
  }
  const pulls = () => server.records.filter((record) => record.route === 'blob.get');
  await server.waitForRecord(() => pulls().length >= 1);
  await server.idle();
  assert.deepEqual(
    pulls().map((record) => record.aborted),
    [true],
  );
  assert.deepEqual(
    openFilesBelow(server.root).filter((path) => path.startsWith('docker')),
    [],
  );
});

test('more requests at once than may wait → the connection is closed', { timeout }, async () => {
  await using server = await startTestServer({ store: 'memory' });
  await pushBlob(server, 'a', big);
  await using client = await openRawConnection(server);
  await client.send(`GET /v2/a/blobs/${big.digest} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1000));
  assert.ok((await client.readRest()).byteLength < 3 * big.bytes.byteLength);
});

test('garbage after a request for a blob → never inside the blob', { timeout }, async () => {
  await using server = await startTestServer();
  await pushBlob(server, 'a', big);
  await using client = await openRawConnection(server);
  await client.send(`GET /v2/a/blobs/${big.digest} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await client.readHead();
  await client.send('\x00\x01garbage\r\n\r\n');
  const rest = await client.readRest();
  assert.ok(!rest.includes('HTTP/1.1 400'), 'an answer was written into the body of another');
  assert.ok(big.bytes.subarray(0, rest.byteLength).equals(rest));
});

for (const [status, line] of [
  [404, 'PUT /nowhere'],
  [413, 'PUT /v2/a/manifests/1'],
  [400, 'PUT /v2/A/manifests/1'],
] as const) {
  for (const type of ['Content-Length: 24000000', 'Transfer-Encoding: chunked']) {
    const title = `24 MB that nobody wants (${type}) → ${status} for a client that sends all before it reads`;
    test(title, { timeout }, async () => {
      await using server = await startTestServer({ store: 'memory' });
      await using client = await openRawConnection(server);
      const bytes = Buffer.alloc(1_000_000, 'x');
      const piece = type.startsWith('T')
        ? Buffer.concat([Buffer.from('f4240\r\n'), bytes, Buffer.from('\r\n')])
        : bytes;
      // From now on the server is patient for seconds: nothing that can be done before is done after.
      await client.send(`${line} HTTP/1.1\r\nHost: x\r\n${type}\r\n\r\n`);
      for (let sent = 0; sent < 24; sent++) await client.send(piece);
      if (type.startsWith('T')) await client.send('0\r\n\r\n');
      const answer = await client.readAnswer();
      assert.equal(answer.status, status);
      assert.equal(answer.header('connection'), 'close');
      assert.equal(await client.closed, undefined, 'the connection was reset');
    });
  }
}

for (const chunked of [false, true]) {
  test(`a small unwanted body (${chunked ? 'chunked' : 'with a length'}) → answered, then the next request on the connection if it stays`, {
    timeout,
  }, async () => {
    await using server = await startTestServer();
    await using client = await openRawConnection(server);
    const head = `PUT /nowhere HTTP/1.1\r\nHost: x\r\n`;
    await client.send(
      chunked ? `${head}Transfer-Encoding: chunked\r\n\r\n` : `${head}Content-Length: 6\r\n\r\n`,
    );
    const answer = await client.readAnswer();
    assert.equal(answer.status, 404);
    await client.send(chunked ? '6\r\nGET /v\r\n0\r\n\r\n' : 'GET /v');
    await client.send('GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n');
    if (answer.header('connection') === 'close') assert.equal((await client.readRest()).toString(), '');
    else assert.equal((await client.readAnswer()).status, 200);
  });
}
