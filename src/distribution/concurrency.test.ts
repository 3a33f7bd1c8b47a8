import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../oci/index.ts';
import {
  ask,
  buildBlob,
  buildImage,
  filesBelow,
  pushBlob,
  pushImage,
  putManifest,
  someBytes,
  startTestServer,
  startUpload,
  type TestServer,
  withDigest,
} from '../testing/index.ts';

const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** What must hold at any time, whatever order things happened in. */
async function assertConsistent(server: TestServer): Promise<void> {
  const { reads } = server.db;
  const repositories = await reads.selectFrom('repository').selectAll().execute();
  const manifests = await reads.selectFrom('repository_manifest').selectAll().execute();
  const contents = await reads.selectFrom('manifest_content').selectAll().execute();
  const blobs = await reads.selectFrom('repository_blob').selectAll().execute();
  const tags = await reads.selectFrom('tag').selectAll().execute();
  const ids = new Set(repositories.map(({ id }) => id));
  const known = new Set(manifests.map(({ repository_id, digest }) => `${repository_id}/${digest}`));
  const stored = new Map(contents.map(({ digest, content }) => [digest, content]));
  assert.equal(new Set(repositories.map(({ name }) => name)).size, repositories.length);
  for (const { digest, content } of contents) assert.equal(digestOf('sha256', content), digest);
  for (const { repository_id, digest, size_bytes } of manifests) {
    assert.ok(ids.has(repository_id));
    assert.equal(stored.get(digest)?.byteLength, size_bytes);
  }
  for (const { repository_id, digest, name } of tags)
    assert.ok(known.has(`${repository_id}/${digest}`), name);
  for (const { repository_id, digest, size_bytes } of blobs) {
    assert.ok(ids.has(repository_id));
    assert.equal((await server.blobs.find(digest))?.sizeBytes, size_bytes);
  }
  assert.deepEqual(await filesBelow(`${server.root}/lading/uploads`), []);
  assert.deepEqual(
    server.records.filter(({ status }) => status >= 500),
    [],
  );
}

test('20 clients push the same blob to the same and to other repositories → all 201, the bytes are right', async () => {
  await using server = await startTestServer();
  const blob = buildBlob(someBytes(200_000));
  await times(20, (index) => pushBlob(server, index % 2 ? 'same' : `other/${index}`, blob));
  for (const repository of ['same', 'other/0', 'other/18']) {
    assert.ok((await ask(server, `GET /v2/${repository}/blobs/${blob.digest}`)).body.equals(blob.bytes));
  }
  await assertConsistent(server);
});

test('20 clients push different images to one tag of a new repository → all 201, and the tag is one of them', async () => {
  await using server = await startTestServer();
  const images = Array.from({ length: 20 }, (_, seed) => buildImage({ seed }));
  await times(20, (index) => pushImage(server, 'app', images[index] ?? assert.fail(), 'latest'));
  const latest = (await ask(server, 'GET /v2/app/manifests/latest')).header('docker-content-digest');
  assert.ok(images.some(({ manifest }) => manifest.digest === latest));
  for (const { manifest } of images) {
    assert.equal((await ask(server, `HEAD /v2/app/manifests/${manifest.digest}`)).status, 200);
  }
  assert.deepEqual((await ask(server, 'GET /v2/app/tags/list')).json(), { name: 'app', tags: ['latest'] });
  await assertConsistent(server);
});

test('pushes of a tag race deletes of its manifest → each answer is explained, nothing points at nothing', async () => {
  await using server = await startTestServer();
  const { manifest, blobs } = buildImage();
  for (const blob of blobs) await pushBlob(server, 'app', blob);
  const seen = new Map<string, number>();
  const count = (key: string) => seen.set(key, (seen.get(key) ?? 0) + 1);
  await times(60, async (index) => {
    const tag = `t${index % 3}`;
    if (index % 2) count(`put ${(await putManifest(server, 'app', manifest, tag)).status}`);
    else if (index % 4) count(`untag ${(await ask(server, `DELETE /v2/app/manifests/${tag}`)).status}`);
    else count(`delete ${(await ask(server, `DELETE /v2/app/manifests/${manifest.digest}`)).status}`);
  });
  assert.equal(seen.get('put 201'), 30);
  const allowed = new Set(['put 201', 'untag 202', 'untag 404', 'delete 202', 'delete 404']);
  assert.deepEqual(
    [...seen.keys()].filter((key) => !allowed.has(key)),
    [],
  );
  const hasManifest = (await ask(server, `HEAD /v2/app/manifests/${manifest.digest}`)).status === 200;
  const { tags } = (await ask(server, 'GET /v2/app/tags/list')).json() as { tags: string[] };
  assert.ok(hasManifest || tags.length === 0, 'tags without a manifest');
  for (const tag of tags) {
    assert.ok((await ask(server, `GET /v2/app/manifests/${tag}`)).body.equals(manifest.content));
  }
  await assertConsistent(server);
});

test('pushes of a manifest race deletes of its layer → 201 or 404, and what is pulled is whole', async () => {
  await using server = await startTestServer();
  const { manifest, blobs } = buildImage();
  const layer = blobs[1] ?? assert.fail();
  for (const blob of blobs) await pushBlob(server, 'app', blob);
  await times(40, async (index) => {
    if (index % 2) {
      const { status } = await putManifest(server, 'app', manifest, 'v1');
      assert.ok([201, 404].includes(status), String(status));
    } else if (index % 4) await pushBlob(server, 'app', layer);
    else {
      const { status } = await ask(server, `DELETE /v2/app/blobs/${layer.digest}`);
      assert.ok([202, 404].includes(status), String(status));
    }
  });
  await assertConsistent(server);
});

test('mounts race deletes in the source → 201 or a usable upload; who got 201 keeps the blob', async () => {
  await using server = await startTestServer();
  const blob = buildBlob(someBytes(5000));
  await pushBlob(server, 'source', blob);
  await times(30, async (index) => {
    if (index % 3 === 0) {
      const { status } = await ask(server, `DELETE /v2/source/blobs/${blob.digest}`);
      assert.ok([202, 404].includes(status), String(status));
      await pushBlob(server, 'source', blob);
      return;
    }
    const repository = `target/${index}`;
    const answer = await ask(
      server,
      `POST /v2/${repository}/blobs/uploads/?mount=${blob.digest}&from=source`,
    );
    if (answer.status === 202) {
      const location = answer.header('location') ?? '';
      const put = await ask(server, `PUT ${withDigest(location, blob.digest)}`, { body: blob.bytes });
      assert.equal(put.status, 201);
    } else assert.equal(answer.status, 201);
    assert.ok((await ask(server, `GET /v2/${repository}/blobs/${blob.digest}`)).body.equals(blob.bytes));
  });
  await assertConsistent(server);
});

test('sessions are cancelled while they are written to and finished → nothing is left, no fault', async () => {
  await using server = await startTestServer();
  const bytes = someBytes(300_000);
  await times(15, async (index) => {
    const location = await startUpload(server, 'app');
    const work = [
      ask(server, `PATCH ${location}`, { body: [bytes.subarray(0, 100_000), bytes.subarray(100_000)] }),
      ask(server, `DELETE ${location}`),
      ask(server, `PUT ${withDigest(location, digestOf('sha256', bytes))}`),
    ];
    for (const answer of await Promise.all(index % 2 ? work : work.toReversed())) {
      assert.ok([201, 202, 204, 400, 404].includes(answer.status), String(answer.status));
    }
    await ask(server, `DELETE ${location}`);
  });
  await assertConsistent(server);
});

test('pulls go on while the blob is pushed again and deleted → whole bytes or 404, never a part', async () => {
  await using server = await startTestServer();
  const blob = buildBlob(someBytes(700_000));
  await pushBlob(server, 'app', blob);
  await times(30, async (index) => {
    if (index % 5 === 0) await pushBlob(server, 'app', blob);
    else if (index % 5 === 1) await ask(server, `DELETE /v2/app/blobs/${blob.digest}`);
    else {
      const answer = await ask(server, `GET /v2/app/blobs/${blob.digest}`);
      assert.ok(answer.status === 404 || answer.body.equals(blob.bytes));
    }
  });
  await assertConsistent(server);
});
