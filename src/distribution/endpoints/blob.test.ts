import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hexOf } from '../../oci/index.ts';
import {
  ask,
  assertRefused,
  buildBlob,
  pushBlob,
  sharedServer,
  someBytes,
  startTestServer,
} from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });
const blob = buildBlob(someBytes(1000));
const path = `/v2/pull/blobs/${blob.digest}`;

const get = async (headers: Record<string, string> = {}, line = `GET ${path}`) => {
  await pushBlob(server, 'pull', blob);
  return ask(server, line, { headers });
};

test('GET → the bytes, their length, their digest, no charset, no compression', async () => {
  const answer = await get({ 'Accept-Encoding': 'gzip, br' });
  assert.equal(answer.status, 200);
  assert.ok(answer.body.equals(blob.bytes));
  assert.equal(answer.header('content-type'), 'application/octet-stream');
  assert.equal(answer.header('content-length'), '1000');
  assert.equal(answer.header('content-encoding'), undefined);
  assert.equal(answer.header('docker-content-digest'), blob.digest);
  assert.equal(answer.header('etag'), `"${blob.digest}"`);
  assert.equal(answer.header('accept-ranges'), 'bytes');
});

test('HEAD → the headers of GET, no body, whatever range is asked for', async () => {
  for (const headers of [{}, { Range: 'bytes=0-9' }, { Range: 'bytes=5000-' }]) {
    const answer = await get(headers as Record<string, string>, `HEAD ${path}`);
    // RFC 9110 §14.2: Range is defined for GET alone.
    assert.equal(answer.status, 200);
    assert.equal(answer.header('content-length'), '1000');
    assert.equal(answer.header('content-type'), 'application/octet-stream');
    assert.equal(answer.header('docker-content-digest'), blob.digest);
    assert.equal(answer.header('content-range'), undefined);
  }
});

for (const [range, first, last] of [
  ['bytes=0-0', 0, 0],
  ['bytes=10-19', 10, 19],
  ['bytes=990-', 990, 999],
  ['bytes=-7', 993, 999],
  ['bytes=-5000', 0, 999],
  ['bytes=0-1000', 0, 999],
  ['bytes=999-99999999999', 999, 999],
  ['bytes=5000-6000, 1-2', 1, 2],
] as const) {
  test(`Range: ${range} → 206 with bytes ${first}-${last}`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.status, 206);
    assert.equal(answer.header('content-range'), `bytes ${first}-${last}/1000`);
    assert.equal(answer.header('content-length'), String(last - first + 1));
    assert.equal(answer.header('docker-content-digest'), blob.digest);
    assert.ok(answer.body.equals(blob.bytes.subarray(first, last + 1)));
  });
}

for (const range of ['bytes=1000-', 'bytes=1000-1001', 'bytes=-0']) {
  test(`Range: ${range} → 416 with the size`, async () => {
    const answer = await get({ Range: range });
    assertRefused(answer, 416, 'RANGE_INVALID');
    assert.equal(answer.header('content-range'), 'bytes */1000');
  });
}

for (const range of [
  'items=0-1',
  'bytes',
  'bytes=',
  'bytes=a-b',
  'bytes=-',
  'bytes=0-800,100-900',
  `bytes=${'0-0,'.repeat(300)}`,
]) {
  test(`Range: ${range.slice(0, 30)} → 200 with everything`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.byteLength, 1000);
  });
}

test('several ranges → multipart/byteranges, exactly as long as it says', async () => {
  const answer = await get({ Range: 'bytes=0-9,500-509,-3' });
  assert.equal(answer.status, 206);
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(answer.header('content-type') ?? '')?.[1];
  assert.ok(boundary);
  assert.equal(answer.header('content-range'), undefined);
  const parts = [
    [0, 9],
    [500, 509],
    [997, 999],
  ].map(([first = 0, last = 0]) =>
    Buffer.concat([
      Buffer.from(
        `\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${first}-${last}/1000\r\n\r\n`,
      ),
      blob.bytes.subarray(first, last + 1),
    ]),
  );
  assert.ok(answer.body.equals(Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)])));
});

test('If-Range of this blob → the range; of another → everything', async () => {
  const range = { Range: 'bytes=0-9' };
  assert.equal((await get({ ...range, 'If-Range': `"${blob.digest}"` })).status, 206);
  assert.equal((await get({ ...range, 'If-Range': '"sha256:other"' })).status, 200);
});

for (const method of ['GET', 'HEAD']) {
  for (const tag of [`"${blob.digest}"`, blob.digest, `"x", W/"${blob.digest}"`, '*']) {
    test(`${method} with If-None-Match: ${tag.slice(0, 20)} → 304 without a body`, async () => {
      const answer = await get({ 'If-None-Match': tag }, `${method} ${path}`);
      assert.equal(answer.status, 304);
      assert.equal(answer.body.byteLength, 0);
      assert.equal(answer.header('docker-content-digest'), blob.digest);
      assert.equal(answer.header('etag'), `"${blob.digest}"`);
    });
  }
}

test('a blob across many buffers comes whole, and so does any part of it', async () => {
  const large = buildBlob(someBytes(1_500_001, 9));
  await pushBlob(server, 'large', large);
  const whole = await ask(server, `GET /v2/large/blobs/${large.digest}`);
  assert.ok(whole.body.equals(large.bytes));
  const part = await ask(server, `GET /v2/large/blobs/${large.digest}`, {
    headers: { Range: 'bytes=262143-1048577' },
  });
  assert.ok(part.body.equals(large.bytes.subarray(262_143, 1_048_578)));
});

test('the empty blob: GET, HEAD and any range of it → 200 with nothing', async () => {
  const empty = buildBlob(Buffer.alloc(0));
  await pushBlob(server, 'empty', empty);
  for (const [method, headers] of [
    ['GET', {}],
    ['HEAD', {}],
    ['GET', { Range: 'bytes=0-' }],
  ] as const) {
    const answer = await ask(server, `${method} /v2/empty/blobs/${empty.digest}`, { headers });
    assert.equal(answer.status, 200);
    assert.equal(answer.header('content-length'), '0');
  }
});

test('sha512 blobs are pulled by their digest, percent-encoded or not', async () => {
  const other = buildBlob(someBytes(50, 3), 'sha512');
  await pushBlob(server, 'sha512', other);
  for (const digest of [other.digest, encodeURIComponent(other.digest)]) {
    const answer = await ask(server, `GET /v2/sha512/blobs/${digest}?ns=example`);
    assert.equal(answer.header('docker-content-digest'), other.digest);
    assert.ok(answer.body.equals(other.bytes));
  }
});

test('a blob is readable only through a repository that has it → 404 BLOB_UNKNOWN elsewhere', async () => {
  await pushBlob(server, 'mine', blob);
  await pushBlob(server, 'yours', buildBlob(someBytes(10, 4)));
  for (const repository of ['yours', 'nobody', 'mine/deeper']) {
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      const answer = await ask(server, `${method} /v2/${repository}/blobs/${blob.digest}`);
      assert.equal(answer.status, 404);
      if (method !== 'HEAD') assertRefused(answer, 404, 'BLOB_UNKNOWN');
    }
  }
});

for (const digest of [
  'sha256:abc',
  `sha256:${hexOf(blob.digest).toUpperCase()}`,
  `md5:${'a'.repeat(32)}`,
  'latest',
  ':',
  `${blob.digest}0`,
  `${blob.digest}%00`,
  '%2e%2e',
]) {
  test(`digest ${digest.slice(0, 24)} → 400 DIGEST_INVALID`, async () => {
    assertRefused(await ask(server, `GET /v2/pull/blobs/${digest}`), 400, 'DIGEST_INVALID');
  });
}

test('DELETE → 202; gone here at once, still there in another repository', async () => {
  await pushBlob(server, 'one', blob);
  await pushBlob(server, 'two', blob);
  const deleted = await ask(server, `DELETE /v2/one/blobs/${blob.digest}`);
  assert.equal(deleted.status, 202);
  assert.equal(deleted.header('content-length'), '0');
  assertRefused(await ask(server, `GET /v2/one/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  assertRefused(await ask(server, `DELETE /v2/one/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  assert.equal((await ask(server, `GET /v2/two/blobs/${blob.digest}`)).status, 200);
});

test('bytes cut short on disk → 404 for all methods until a push heals them, and the log says so', async () => {
  await using disk = await startTestServer();
  await pushBlob(disk, 'a', blob);
  const hex = hexOf(blob.digest);
  const file = join(disk.root, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  await writeFile(file, blob.bytes.subarray(0, 999));
  assertRefused(await ask(disk, `GET /v2/a/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  assert.equal((await ask(disk, `HEAD /v2/a/blobs/${blob.digest}`)).status, 404);
  assert.ok(disk.log.entries.some(({ level, message }) => level === 'error' && message.includes('damaged')));
  await pushBlob(disk, 'a', blob);
  assert.ok((await ask(disk, `GET /v2/a/blobs/${blob.digest}`)).body.equals(blob.bytes));
});
