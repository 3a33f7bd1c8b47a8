import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Digest, digestOf, mediaTypes } from '../../oci/index.ts';
import {
  ask,
  assertRefused,
  buildImage,
  buildIndex,
  buildManifest,
  buildReferrer,
  descriptorOf,
  pushBlob,
  pushImage,
  putManifest,
  sharedServer,
  startTestServer,
} from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });
const image = buildImage({ layers: 3 });
const { manifest } = image;
const accept = { Accept: mediaTypes.ociManifest };

const pushBlobs = async (repository: string) => {
  for (const blob of image.blobs) await pushBlob(server, repository, blob);
};

test('PUT by tag → 201 with Location by digest, Docker-Content-Digest and no body', async () => {
  await pushBlobs('put');
  const put = await putManifest(server, 'put', manifest, 'v1');
  assert.equal(put.status, 201);
  assert.equal(put.header('location'), `/v2/put/manifests/${manifest.digest}`);
  assert.equal(put.header('docker-content-digest'), manifest.digest);
  assert.equal(put.header('content-length'), '0');
  assert.equal(put.header('oci-subject'), undefined);
  assert.equal(put.header('oci-tag'), undefined);
  assert.equal((await putManifest(server, 'put', manifest, 'v1')).status, 201, 'again');
});

for (const headers of [
  {},
  accept,
  { Accept: '*/*' },
  { Accept: [mediaTypes.dockerManifest, mediaTypes.ociIndex] },
  { Accept: `${mediaTypes.dockerManifest};q=0.5, application/json`, 'Accept-Encoding': 'gzip' },
]) {
  test(`GET and HEAD with ${JSON.stringify(headers).slice(0, 60)} → the bytes and exactly the stored type`, async () => {
    await pushImage(server, 'get', image, 'v1');
    for (const reference of ['v1', manifest.digest, encodeURIComponent(manifest.digest)]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(server, `${method} /v2/get/manifests/${reference}?ns=docker.io`, {
          headers,
        });
        assert.equal(answer.status, 200);
        assert.equal(answer.header('content-type'), mediaTypes.ociManifest);
        assert.equal(answer.header('content-length'), String(manifest.content.byteLength));
        assert.equal(answer.header('docker-content-digest'), manifest.digest);
        assert.equal(answer.header('etag'), `"${manifest.digest}"`);
        assert.equal(answer.header('content-encoding'), undefined);
        if (method === 'GET') assert.ok(answer.body.equals(manifest.content));
      }
    }
  });
}

for (const method of ['GET', 'HEAD']) {
  for (const tag of [`"${manifest.digest}"`, manifest.digest]) {
    test(`${method} with If-None-Match ${tag.slice(0, 9)} → 304; of another → 200`, async () => {
      await pushImage(server, 'cond', image, 'v1');
      const line = `${method} /v2/cond/manifests/v1`;
      const same = await ask(server, line, { headers: { 'If-None-Match': tag } });
      assert.equal(same.status, 304);
      assert.equal(same.header('docker-content-digest'), manifest.digest);
      const other = await ask(server, line, { headers: { 'If-None-Match': '"sha256:0"' } });
      assert.equal(other.status, 200);
    });
  }
}

for (const reference of [
  'nope',
  `sha256:${'0'.repeat(64)}`,
  'sha256-abc.sig',
  `sha256-${'0'.repeat(64)}`,
  'x'.repeat(128),
]) {
  test(`what is not there (${reference.slice(0, 14)}) → 404 MANIFEST_UNKNOWN, in a known and an unknown repository`, async () => {
    await pushImage(server, 'some', image, 'v1');
    for (const repository of ['some', 'never']) {
      const line = `/v2/${repository}/manifests/${reference}`;
      assertRefused(await ask(server, `GET ${line}`), 404, 'MANIFEST_UNKNOWN');
      assertRefused(await ask(server, `DELETE ${line}`), 404, 'MANIFEST_UNKNOWN');
      assert.equal((await ask(server, `HEAD ${line}`)).status, 404);
    }
  });
}

test('HEAD of what is not there has the headers of the refusal and no body', async () => {
  const answer = await ask(server, 'HEAD /v2/never/manifests/v1');
  assert.equal(answer.status, 404);
  assert.equal(answer.header('content-type'), 'application/json');
  assert.notEqual(answer.header('content-length'), '0');
  assert.equal(answer.body.byteLength, 0);
});

for (const [reference, code] of [
  ['x'.repeat(129), 'TAG_INVALID'],
  ['-x', 'TAG_INVALID'],
  ['.x', 'TAG_INVALID'],
  ['a%2fb', 'TAG_INVALID'],
  ['%00', 'TAG_INVALID'],
  ['sha256:0', 'DIGEST_INVALID'],
  [manifest.digest.toUpperCase(), 'DIGEST_INVALID'],
  ['md5:0', 'DIGEST_INVALID'],
] as const) {
  test(`reference ${reference.slice(0, 12)} → 400 ${code}`, async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      assertRefused(await ask(server, `${method} /v2/a/manifests/${reference}`), 400, code);
    }
  });
}

test('tags of 128 characters, upper case and underscores work, and a tag may look like a word of the API', async () => {
  await pushBlobs('tags');
  for (const tag of ['x'.repeat(128), '_A.b-C', 'latest', 'manifests', 'uploads', 'list']) {
    assert.equal((await putManifest(server, 'tags', manifest, tag)).status, 201);
    assert.equal(
      (await ask(server, `GET /v2/tags/manifests/${tag}`)).header('docker-content-digest'),
      manifest.digest,
    );
  }
});

test('PUT by a digest of other bytes → 400 DIGEST_INVALID and nothing stored', async () => {
  await pushBlobs('mismatch');
  const other = buildImage({ seed: 2 }).manifest;
  const put = await putManifest(server, 'mismatch', manifest, other.digest);
  assertRefused(put, 400, 'DIGEST_INVALID');
  for (const digest of [manifest.digest, other.digest]) {
    assertRefused(await ask(server, `GET /v2/mismatch/manifests/${digest}`), 404, 'MANIFEST_UNKNOWN');
  }
});

test('sha512: pushed by digest, pulled by it, with blobs of sha512', async () => {
  const other = buildImage({ seed: 3, algorithm: 'sha512' });
  const digest = digestOf('sha512', other.manifest.content);
  for (const blob of other.blobs) await pushBlob(server, 'sha512', blob);
  const put = await putManifest(server, 'sha512', other.manifest, digest);
  assert.equal(put.status, 201);
  assert.equal(put.header('docker-content-digest'), digest);
  assert.equal(put.header('location'), `/v2/sha512/manifests/${digest}`);
  const pulled = await ask(server, `GET /v2/sha512/manifests/${digest}`);
  assert.ok(pulled.body.equals(other.manifest.content));
  assert.equal(pulled.header('docker-content-digest'), digest);
});

test('?tag= with a push by digest sets all of them and says so', async () => {
  await pushBlobs('multi');
  const query = Array.from({ length: 12 }, (_, index) => `tag=t${index}`).join('&');
  const put = await putManifest(server, 'multi', manifest, `${manifest.digest}?${query}`);
  assert.equal(put.status, 201);
  assert.deepEqual(
    put.header('oci-tag')?.split(', '),
    Array.from({ length: 12 }, (_, index) => `t${index}`),
  );
  for (const tag of ['t0', 't11']) {
    assert.equal(
      (await ask(server, `HEAD /v2/multi/manifests/${tag}`)).header('docker-content-digest'),
      manifest.digest,
    );
  }
});

test('?tag= that is no tag, or with a push by tag → 400 and nothing is set', async () => {
  await pushBlobs('badtags');
  for (const reference of [`${manifest.digest}?tag=ok&tag=-bad`, `${manifest.digest}?tag=`, 'v1?tag=ok']) {
    assertRefused(await putManifest(server, 'badtags', manifest, reference), 400, 'TAG_INVALID');
  }
  assertRefused(await ask(server, 'GET /v2/badtags/manifests/ok'), 404, 'MANIFEST_UNKNOWN');
});

test('more ?tag= than one push may set → 414, nothing is set', async () => {
  await pushBlobs('manytags');
  const query = Array.from({ length: 1001 }, (_, index) => `tag=t${index}`).join('&');
  assertRefused(
    await putManifest(server, 'manytags', manifest, `${manifest.digest}?${query}`),
    414,
    'TAG_INVALID',
  );
  assertRefused(await ask(server, 'GET /v2/manytags/tags/list'), 404, 'NAME_UNKNOWN');
});

test('a missing layer or config → 404 MANIFEST_BLOB_UNKNOWN that names it, also if another repository has it', async () => {
  await pushBlobs('elsewhere');
  await pushBlob(server, 'partial', image.blobs[0] ?? assert.fail());
  const put = await putManifest(server, 'partial', manifest, 'v1');
  assertRefused(put, 404, 'MANIFEST_BLOB_UNKNOWN');
  assert.ok(put.body.includes(image.blobs[1]?.digest ?? '-'));
  assertRefused(await ask(server, 'GET /v2/partial/manifests/v1'), 404, 'MANIFEST_UNKNOWN');
  assertRefused(await ask(server, 'GET /v2/partial/tags/list'), 404, 'NAME_UNKNOWN');
});

const absent: Digest = digestOf('sha256', Buffer.from('never pushed'));
for (const [name, sent] of [
  ['an index whose children are missing', buildIndex([buildImage({ seed: 77 }).manifest])],
  ['an index of nothing', buildIndex([])],
  [
    'an index of blobs (old buildkit caches)',
    buildManifest(
      {
        schemaVersion: 2,
        mediaType: mediaTypes.ociIndex,
        manifests: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: absent, size: 1 }],
      },
      mediaTypes.ociIndex,
    ),
  ],
  [
    'a docker manifest list',
    buildManifest(
      {
        schemaVersion: 2,
        mediaType: mediaTypes.dockerManifestList,
        manifests: [],
      },
      mediaTypes.dockerManifestList,
    ),
  ],
  ['an image without layers', buildImage({ layers: 0 }).manifest],
  [
    'a layer that may not be distributed',
    buildImage({
      layers: 0,
      fields: {
        layers: [
          {
            mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
            digest: absent,
            size: 5,
            urls: ['https://x'],
          },
        ],
      },
    }).manifest,
  ],
  [
    'fields that nobody knows',
    buildImage({ layers: 0, fields: { custom: { deep: [1, 2.5e3, null] } } }).manifest,
  ],
  [
    'a missing subject',
    buildImage({
      layers: 0,
      fields: { subject: { mediaType: mediaTypes.ociManifest, digest: absent, size: 3 } },
    }).manifest,
  ],
  ['no mediaType in it', buildImage({ layers: 0, fields: { mediaType: undefined } }).manifest],
] as const) {
  test(`${name} → 201, and the same bytes and type come back`, async () => {
    await pushBlobs('special');
    const put = await putManifest(server, 'special', sent, 'v1');
    assert.equal(put.status, 201, put.body.toString());
    const pulled = await ask(server, 'GET /v2/special/manifests/v1');
    assert.ok(pulled.body.equals(sent.content));
    assert.equal(pulled.header('content-type'), sent.mediaType);
  });
}

for (const [name, sent] of [
  ['image', buildReferrer(manifest).manifest],
  ['index', buildIndex([], { subject: descriptorOf(manifest) })],
] as const) {
  test(`an ${name} with a subject → OCI-Subject`, async () => {
    await pushImage(server, 'subject', buildReferrer(manifest));
    const put = await putManifest(server, 'subject', sent);
    assert.equal(put.status, 201);
    assert.equal(put.header('oci-subject'), manifest.digest);
  });
}

test('Content-Type with parameters is taken and answered without them', async () => {
  await pushBlobs('params');
  const typed = { ...manifest, mediaType: `${manifest.mediaType}; charset=utf-8` };
  assert.equal((await putManifest(server, 'params', typed, 'v1')).status, 201);
  assert.equal((await ask(server, 'GET /v2/params/manifests/v1')).header('content-type'), manifest.mediaType);
});

for (const [name, body, type] of [
  ['nothing', '', mediaTypes.ociManifest],
  ['no JSON', 'hello', mediaTypes.ociManifest],
  ['JSON cut short', manifest.content.subarray(0, -5), mediaTypes.ociManifest],
  ['the same key twice', '{"schemaVersion":2,"schemaVersion":2}', mediaTypes.ociManifest],
  ['depth 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, mediaTypes.ociManifest],
  ['depth 1,000,000', '{"a":'.repeat(700_000), mediaTypes.ociManifest],
  ['a byte order mark', Buffer.concat([Buffer.from('\uFEFF'), manifest.content]), mediaTypes.ociManifest],
  [
    'bytes that are not UTF-8',
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    mediaTypes.ociManifest,
  ],
  ['an array', '[]', mediaTypes.ociManifest],
  ['null', 'null', mediaTypes.ociManifest],
  ['another type than it says', manifest.content, mediaTypes.dockerManifest],
  ['an index as an image', buildIndex([]).content, mediaTypes.ociManifest],
  ['a type that is no manifest', manifest.content, 'application/json'],
  ['schema 1', '{"schemaVersion":1}', mediaTypes.dockerSchema1Signed],
  ['__proto__', '{"__proto__":{"schemaVersion":2}}', mediaTypes.ociManifest],
  [
    'a digest that leads out',
    buildImage({ fields: { config: { mediaType: 'a/b', digest: 'sha256:../../x', size: 1 } } }).manifest
      .content,
    mediaTypes.ociManifest,
  ],
  [
    'a negative size',
    buildImage({ fields: { config: { mediaType: 'a/b', digest: absent, size: -1 } } }).manifest.content,
    mediaTypes.ociManifest,
  ],
] as const) {
  test(`a manifest that is ${name} → 400 MANIFEST_INVALID`, async () => {
    await pushBlobs('invalid');
    const put = await ask(server, 'PUT /v2/invalid/manifests/v1', {
      headers: { 'Content-Type': type },
      body,
    });
    assertRefused(put, 400, 'MANIFEST_INVALID');
  });
}

/** A manifest of exactly this many bytes. */
function manifestOf(sizeBytes: number) {
  const frame = buildImage({ layers: 0, fields: { annotations: { pad: '' } } }).manifest.content.byteLength;
  return buildImage({ layers: 0, fields: { annotations: { pad: 'x'.repeat(sizeBytes - frame) } } }).manifest;
}

const limit = 4 * 1024 * 1024;
for (const isChunked of [false, true]) {
  test(`4 MiB → 201, a byte more → 413${isChunked ? ' (chunked)' : ''}`, async () => {
    await pushBlobs('large');
    const put = ({ content, mediaType }: ReturnType<typeof manifestOf>) =>
      ask(server, 'PUT /v2/large/manifests/v1', {
        headers: { 'Content-Type': mediaType },
        body: isChunked ? [content.subarray(0, 1_000_000), content.subarray(1_000_000)] : content,
      });
    const large = manifestOf(limit);
    assert.equal(large.content.byteLength, limit);
    assert.equal((await put(large)).status, 201);
    assert.ok((await ask(server, 'GET /v2/large/manifests/v1')).body.equals(large.content));
    assertRefused(await put(manifestOf(limit + 1)), 413, 'MANIFEST_INVALID');
  });
}

test('DELETE of a tag → 202 and takes the tag alone', async () => {
  await pushImage(server, 'untag', image, 'a', 'b');
  const deleted = await ask(server, 'DELETE /v2/untag/manifests/a');
  assert.equal(deleted.status, 202);
  assertRefused(await ask(server, 'GET /v2/untag/manifests/a'), 404, 'MANIFEST_UNKNOWN');
  assert.equal((await ask(server, 'GET /v2/untag/manifests/b')).status, 200);
  assert.equal((await ask(server, `GET /v2/untag/manifests/${manifest.digest}`)).status, 200);
});

test('DELETE of a manifest → 202 and takes all its tags at once, here and nowhere else', async () => {
  await pushImage(server, 'gone', image, 'a', 'b');
  await pushImage(server, 'stays', image, 'a');
  assert.equal((await ask(server, `DELETE /v2/gone/manifests/${manifest.digest}`)).status, 202);
  for (const reference of ['a', 'b', manifest.digest]) {
    assertRefused(await ask(server, `GET /v2/gone/manifests/${reference}`), 404, 'MANIFEST_UNKNOWN');
  }
  assert.deepEqual((await ask(server, 'GET /v2/gone/tags/list')).json(), { name: 'gone', tags: [] });
  assert.equal((await ask(server, 'GET /v2/stays/manifests/a')).status, 200);
  await pushImage(server, 'gone', image, 'a');
  assert.ok((await ask(server, 'GET /v2/gone/manifests/a')).body.equals(manifest.content));
});

test('a tag moves to what was pushed last', async () => {
  const next = buildImage({ seed: 9 });
  await pushImage(server, 'moves', image, 'v');
  await pushImage(server, 'moves', next, 'v');
  assert.equal(
    (await ask(server, 'HEAD /v2/moves/manifests/v')).header('docker-content-digest'),
    next.manifest.digest,
  );
  assert.equal((await ask(server, `HEAD /v2/moves/manifests/${manifest.digest}`)).status, 200);
});

test('an image whose layers are not here is taken where the operator says so', async () => {
  await using sparse = await startTestServer({ store: 'memory', sparseManifests: true });
  assert.equal((await putManifest(sparse, 'a', manifest, 'v1')).status, 201);
  assert.ok((await ask(sparse, 'GET /v2/a/manifests/v1')).body.equals(manifest.content));
});
