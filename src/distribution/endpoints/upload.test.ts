import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ask,
  assertRefused,
  buildBlob,
  pushBlob,
  sharedServer,
  someBytes,
  startUpload,
  withDigest,
} from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });
const blob = buildBlob(someBytes(1000));
const sessionPath = (repository: string) => new RegExp(`^/v2/${repository}/blobs/uploads/[0-9a-f-]{36}$`);

const assertPulls = async (repository: string, { digest, bytes } = blob) => {
  const answer = await ask(server, `GET /v2/${repository}/blobs/${digest}`);
  assert.equal(answer.status, 200);
  assert.ok(answer.body.equals(bytes));
};

for (const line of [
  'POST /v2/team/start/blobs/uploads/',
  'POST /v2/team/start/blobs/uploads',
  'POST /v2/team/start/blobs/uploads/?mount=',
]) {
  test(`${line} → 202 with Location, Range, Docker-Upload-UUID and no body`, async () => {
    const answer = await ask(server, line, { headers: { 'Content-Type': 'application/json' } });
    assert.equal(answer.status, 202);
    assert.match(answer.header('location') ?? '', sessionPath('team/start'));
    assert.equal(answer.header('range'), '0-0');
    assert.ok(answer.header('location')?.endsWith(answer.header('docker-upload-uuid') ?? '-'));
    assert.equal(answer.header('content-length'), '0');
  });
}

test('status → 204 with where to go on, and no length', async () => {
  const location = await startUpload(server, 'status');
  await ask(server, `PATCH ${location}`, { body: blob.bytes });
  for (const method of ['GET', 'HEAD']) {
    const answer = await ask(server, `${method} ${location}`);
    assert.equal(answer.status, 204);
    assert.equal(answer.header('range'), '0-999');
    assert.equal(answer.header('location'), location);
    assert.equal(answer.header('content-length'), undefined);
  }
});

for (const [name, headers, body] of [
  ['chunked, as docker streams it', {}, [blob.bytes.subarray(0, 400), blob.bytes.subarray(400)]],
  ['with a length and a type', { 'Content-Type': 'application/octet-stream' }, blob.bytes],
  ['with a Content-Range', { 'Content-Range': '0-999' }, blob.bytes],
  ['with a Content-Range of old clients', { 'Content-Range': 'bytes 0-999/*' }, blob.bytes],
  [
    'chunked, with a Content-Range',
    { 'Content-Range': '0-999' },
    [blob.bytes.subarray(0, 1), blob.bytes.subarray(1)],
  ],
  [
    'with a type that means a form elsewhere',
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    blob.bytes,
  ],
] as const) {
  test(`PATCH ${name}, then PUT → 202 and 201`, async () => {
    const location = await startUpload(server, 'patch');
    const patched = await ask(server, `PATCH ${location}`, { headers, body });
    assert.equal(patched.status, 202, patched.body.toString());
    assert.equal(patched.header('range'), '0-999');
    assert.match(patched.header('location') ?? '', sessionPath('patch'));
    assert.equal(patched.header('content-length'), '0');
    assert.ok(patched.header('docker-upload-uuid'));
    const put = await ask(server, `PUT ${withDigest(patched.header('location') ?? '', blob.digest)}`);
    assert.equal(put.status, 201);
    assert.equal(put.header('location'), `/v2/patch/blobs/${blob.digest}`);
    assert.equal(put.header('docker-content-digest'), blob.digest);
    assert.equal(put.header('content-length'), '0');
    await assertPulls('patch');
    assertRefused(await ask(server, `GET ${location}`), 404, 'BLOB_UPLOAD_UNKNOWN');
  });
}

test('chunks in order, the last one in the PUT with its own range', async () => {
  const location = await startUpload(server, 'chunks');
  for (const [first, last] of [
    [0, 299],
    [300, 598],
  ] as const) {
    const headers = { 'Content-Range': `${first}-${last}` };
    const patched = await ask(server, `PATCH ${location}`, {
      headers,
      body: blob.bytes.subarray(first, last + 1),
    });
    assert.equal(patched.header('range'), `0-${last}`);
  }
  const headers = { 'Content-Range': '599-999' };
  const put = await ask(server, `PUT ${withDigest(location, blob.digest)}`, {
    headers,
    body: blob.bytes.subarray(599),
  });
  assert.equal(put.status, 201);
  await assertPulls('chunks');
});

for (const method of ['PATCH', 'PUT']) {
  for (const range of ['0-9', '499-508', '501-510', '9999999-10000008']) {
    test(`${method} of bytes ${range} after 500 → 416 with Location and Range; then it goes on`, async () => {
      const location = await startUpload(server, 'order');
      await ask(server, `PATCH ${location}`, { body: blob.bytes.subarray(0, 500) });
      const target = method === 'PUT' ? withDigest(location, blob.digest) : location;
      const refused = await ask(server, `${method} ${target}`, {
        headers: { 'Content-Range': range },
        body: blob.bytes.subarray(500, 510),
      });
      assertRefused(refused, 416, 'RANGE_INVALID');
      assert.equal(refused.header('range'), '0-499');
      assert.equal(refused.header('location'), location);
      assert.ok(refused.header('docker-upload-uuid'));
      const put = await ask(server, `PUT ${withDigest(location, blob.digest)}`, {
        body: blob.bytes.subarray(500),
      });
      assert.equal(put.status, 201);
    });
  }
}

for (const [range, body, code] of [
  ['0-8', blob.bytes.subarray(0, 10), 'SIZE_INVALID'],
  ['0-10', blob.bytes.subarray(0, 10), 'SIZE_INVALID'],
  ['0-8', [blob.bytes.subarray(0, 10)], 'SIZE_INVALID'],
  ['0-10', [blob.bytes.subarray(0, 10)], 'SIZE_INVALID'],
  ['9-0', blob.bytes.subarray(0, 10), 'BLOB_UPLOAD_INVALID'],
  ['x', blob.bytes.subarray(0, 10), 'BLOB_UPLOAD_INVALID'],
  ['-1-8', blob.bytes.subarray(0, 10), 'BLOB_UPLOAD_INVALID'],
] as const) {
  test(`Content-Range ${range} for 10 bytes${Array.isArray(body) ? ', chunked' : ''} → 400 ${code}`, async () => {
    const location = await startUpload(server, 'sizes');
    const answer = await ask(server, `PATCH ${location}`, { headers: { 'Content-Range': range }, body });
    assertRefused(answer, 400, code);
  });
}

test('a whole blob in one PUT → 201', async () => {
  await pushBlob(server, 'whole', blob);
  await assertPulls('whole');
});

test('a whole blob in one POST → 201, and a wrong digest leaves nothing to go on with', async () => {
  const post = `POST /v2/single/blobs/uploads/?digest=${blob.digest}`;
  const answer = await ask(server, post, { body: blob.bytes });
  assert.equal(answer.status, 201);
  assert.equal(answer.header('location'), `/v2/single/blobs/${blob.digest}`);
  assert.equal(answer.header('docker-content-digest'), blob.digest);
  await assertPulls('single');
  assertRefused(await ask(server, post, { body: 'other' }), 400, 'DIGEST_INVALID');
});

for (const algorithm of ['sha256', 'sha512'] as const) {
  for (const begun of ['', '?digest-algorithm=sha512', '?digest-algorithm=sha256']) {
    test(`${algorithm} blob in a session begun with "${begun}" → 201`, async () => {
      const other = buildBlob(someBytes(3000, 5), algorithm);
      const location = await startUpload(server, 'algorithms', begun);
      await ask(server, `PATCH ${location}`, { body: other.bytes });
      const put = await ask(server, `PUT ${withDigest(location, other.digest)}`);
      assert.equal(put.status, 201);
      assert.equal(put.header('docker-content-digest'), other.digest);
      await assertPulls('algorithms', other);
    });
  }
}

test('digest-algorithm=md5 → 400', async () => {
  const answer = await ask(server, 'POST /v2/a/blobs/uploads/?digest-algorithm=md5');
  assertRefused(answer, 400, 'DIGEST_INVALID');
});

const nothing = buildBlob(Buffer.alloc(0));
for (const [name, push] of [
  ['one POST', () => ask(server, `POST /v2/nothing/blobs/uploads/?digest=${nothing.digest}`)],
  [
    'POST, PUT',
    async () => ask(server, `PUT ${withDigest(await startUpload(server, 'nothing'), nothing.digest)}`),
  ],
  [
    'POST, empty PATCH, PUT',
    async () => {
      const location = await startUpload(server, 'nothing');
      const patched = await ask(server, `PATCH ${location}`);
      assert.equal(patched.status, 202);
      assert.equal(patched.header('range'), '0-0');
      return ask(server, `PUT ${withDigest(location, nothing.digest)}`);
    },
  ],
  [
    'POST, empty chunked PATCH, chunked PUT',
    async () => {
      const location = await startUpload(server, 'nothing');
      assert.equal((await ask(server, `PATCH ${location}`, { body: [] })).status, 202);
      return ask(server, `PUT ${withDigest(location, nothing.digest)}`, { body: [] });
    },
  ],
] as const) {
  test(`the empty blob by ${name} → 201`, async () => {
    const answer = await push();
    assert.equal(answer.status, 201, answer.body.toString());
    await assertPulls('nothing', nothing);
    await ask(server, `DELETE /v2/nothing/blobs/${nothing.digest}`);
  });
}

test('a closing PUT that is sent again after its answer was lost → 201 again', async () => {
  const location = await startUpload(server, 'again');
  const line = `PUT ${withDigest(location, blob.digest)}`;
  for (const _ of ['first', 'again']) {
    const answer = await ask(server, line, { body: blob.bytes });
    assert.equal(answer.status, 201);
    assert.equal(answer.header('docker-content-digest'), blob.digest);
  }
  // Only where the repository has the blob.
  const other = await startUpload(server, 'again-not');
  await ask(server, `DELETE ${other}`);
  assertRefused(await ask(server, `PUT ${withDigest(other, blob.digest)}`), 404, 'BLOB_UPLOAD_UNKNOWN');
  await assertPulls('again');
});

test('a wrong digest → 400 DIGEST_INVALID, nothing is published, the right one still works', async () => {
  const location = await startUpload(server, 'wrong');
  const wrong = buildBlob(someBytes(1000, 2));
  await ask(server, `PATCH ${location}`, { body: blob.bytes });
  assertRefused(await ask(server, `PUT ${withDigest(location, wrong.digest)}`), 400, 'DIGEST_INVALID');
  assertRefused(await ask(server, `GET /v2/wrong/blobs/${wrong.digest}`), 404, 'BLOB_UNKNOWN');
  assertRefused(await ask(server, `GET /v2/wrong/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  assert.equal((await ask(server, `PUT ${withDigest(location, blob.digest)}`)).status, 201);
});

for (const query of [
  '',
  '?digest=',
  '?digest=sha256:1',
  '?digest=sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709',
]) {
  test(`PUT with "${query.slice(0, 20)}" → 400 DIGEST_INVALID and the session stays`, async () => {
    const location = await startUpload(server, 'nodigest');
    assertRefused(await ask(server, `PUT ${location}${query}`, { body: blob.bytes }), 400, 'DIGEST_INVALID');
    assert.equal((await ask(server, `GET ${location}`)).header('range'), '0-0');
  });
}

test('parameters that clients and proxies add to a location do no harm', async () => {
  const location = await startUpload(server, 'query');
  assert.equal((await ask(server, `PATCH ${location}?_state=abc&ns=x`, { body: blob.bytes })).status, 202);
  assert.equal((await ask(server, `PUT ${location}?_state=abc&digest=${blob.digest}&ns=x`)).status, 201);
});

test('DELETE of a session → 204, then it is unknown', async () => {
  const location = await startUpload(server, 'cancel');
  await ask(server, `PATCH ${location}`, { body: blob.bytes });
  assert.equal((await ask(server, `DELETE ${location}`)).status, 204);
  for (const line of [
    `GET ${location}`,
    `DELETE ${location}`,
    `PATCH ${location}`,
    `PUT ${withDigest(location, blob.digest)}`,
  ]) {
    assertRefused(await ask(server, line), 404, 'BLOB_UPLOAD_UNKNOWN');
  }
});

test('a session does not exist in another repository, nor under a name that is no UUID', async () => {
  const location = await startUpload(server, 'owner');
  const id = location.split('/').at(-1) ?? '';
  const places = [
    `/v2/thief/blobs/uploads/${id}`,
    `/v2/owner/deeper/blobs/uploads/${id}`,
    `/v2/owner/blobs/uploads/${id.toUpperCase()}`,
    `/v2/owner/blobs/uploads/..%2f${id}`,
    `/v2/owner/blobs/uploads/${'x'.repeat(300)}`,
    '/v2/owner/blobs/uploads/00000000-0000-4000-8000-000000000000',
  ];
  for (const place of places) {
    for (const line of [
      `GET ${place}`,
      `DELETE ${place}`,
      `PATCH ${place}`,
      `PUT ${withDigest(place, blob.digest)}`,
    ]) {
      assertRefused(
        await ask(server, line, line.startsWith('P') ? { body: 'x' } : {}),
        404,
        'BLOB_UPLOAD_UNKNOWN',
      );
    }
  }
  assert.equal((await ask(server, `GET ${location}`)).status, 204);
});

for (const name of [
  'A',
  'a/B',
  '-a',
  'a-',
  'a..b',
  'a___b',
  '%20',
  'a%00b',
  'a//b',
  '..',
  'a/../b',
  '%2e%2e/a',
  'a'.repeat(256),
  'ü',
  '%C3%BC',
  'a%0d%0ab',
]) {
  test(`repository ${name.slice(0, 12)} → 400 NAME_INVALID`, async () => {
    // Node's client refuses what is not ASCII: sent as a client would that does not know better.
    const target = `/v2/${name === 'ü' ? '%FC' : name}/blobs/uploads/`;
    assertRefused(await ask(server, `POST ${target}`), 400, 'NAME_INVALID');
  });
}

test('names as long as they may be, and names that are words of the API', async () => {
  const names = [
    'a'.repeat(255),
    `${'a'.repeat(127)}/${'b'.repeat(127)}`,
    'manifests',
    'tags',
    'blobs',
    'uploads',
    'v2',
    'tags/list',
    'blobs/uploads',
    'a/blobs/uploads',
    'referrers',
    'a/manifests/b',
    'a.b_c__d---e/f',
  ];
  for (const name of names) {
    await pushBlob(server, name, blob);
    await assertPulls(name);
  }
});
