import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AccessRequirement } from '../../http/index.ts';
import { hexOf } from '../../oci/index.ts';
import {
  ask,
  assertRefused,
  buildBlob,
  pushBlob,
  sharedServer,
  someBytes,
  startTestServer,
  type TestServer,
  withDigest,
} from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });
let seed = 100;
const freshBlob = () => buildBlob(someBytes(100, seed++));

const mount = (on: TestServer, into: string, query: string) =>
  ask(on, `POST /v2/${into}/blobs/uploads/?${query}`);

/** A mount that is not possible is an upload that is (clients.md, "Failed mount"). */
async function assertUploadInstead(
  on: TestServer,
  into: string,
  query: string,
  blob = freshBlob(),
): Promise<void> {
  const answer = await mount(on, into, query);
  assert.equal(answer.status, 202, answer.body.toString());
  assert.equal(answer.header('range'), '0-0');
  const put = await ask(on, `PUT ${withDigest(answer.header('location') ?? '', blob.digest)}`, {
    body: blob.bytes,
  });
  assert.equal(put.status, 201);
}

for (const from of ['from=source', '', 'from=']) {
  test(`mount of what is there, with "${from}" → 201 and readable`, async () => {
    const blob = freshBlob();
    await pushBlob(server, 'source', blob);
    const answer = await mount(server, 'target', `mount=${blob.digest}&${from}`);
    assert.equal(answer.status, 201);
    assert.equal(answer.header('location'), `/v2/target/blobs/${blob.digest}`);
    assert.equal(answer.header('docker-content-digest'), blob.digest);
    assert.equal(answer.header('content-length'), '0');
    const pulled = await ask(server, `GET /v2/target/blobs/${blob.digest}`);
    assert.ok(pulled.body.equals(blob.bytes));
  });
}

test('mount with percent-encoded names and digests → 201', async () => {
  const blob = freshBlob();
  await pushBlob(server, 'team/source', blob);
  const query = `mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent('team/source')}`;
  assert.equal((await mount(server, 'target', query)).status, 201);
});

for (const [name, query] of [
  ['a repository that does not have it', 'from=other'],
  ['a repository that does not exist', 'from=nowhere'],
  ['a name that is none', 'from=../etc'],
  ['a name that is none either', 'from=UPPER'],
] as const) {
  test(`mount from ${name} → 202 and an upload that works`, async () => {
    const blob = freshBlob();
    await pushBlob(server, 'source', blob);
    await pushBlob(server, 'other', freshBlob());
    await assertUploadInstead(server, 'target', `mount=${blob.digest}&${query}`);
    assertRefused(await ask(server, `GET /v2/target/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  });
}

test('mount of what nobody has, without from → 202', async () => {
  await assertUploadInstead(server, 'target', `mount=${freshBlob().digest}`);
  await assertUploadInstead(server, 'target', 'mount=');
});

test('mount together with a digest parameter → the upload of a failed mount, not a push of nothing', async () => {
  const blob = freshBlob();
  await assertUploadInstead(server, 'target', `mount=${blob.digest}&digest=${blob.digest}`, blob);
});

for (const digest of ['sha256:1', 'latest']) {
  test(`mount=${digest} → 400 DIGEST_INVALID`, async () => {
    assertRefused(await mount(server, 'target', `mount=${digest}&from=source`), 400, 'DIGEST_INVALID');
  });
}

test('after a delete in the source a mount from there fails, and the target keeps what it had', async () => {
  const blob = freshBlob();
  await pushBlob(server, 'source', blob);
  await mount(server, 'keeper', `mount=${blob.digest}&from=source`);
  await ask(server, `DELETE /v2/source/blobs/${blob.digest}`);
  await assertUploadInstead(server, 'late', `mount=${blob.digest}&from=source`);
  assert.equal((await ask(server, `GET /v2/keeper/blobs/${blob.digest}`)).status, 200);
});

test('nothing is mounted from where the caller may not pull, named or found', async () => {
  const may = async ({ name }: AccessRequirement) => !name.startsWith('secret');
  await using guarded = await startTestServer({
    store: 'memory',
    guard: { admit: async () => ({ actor: undefined, may }) },
  });
  const blob = freshBlob();
  await pushBlob(guarded, 'secret/app', blob);
  await assertUploadInstead(guarded, 'eve/app', `mount=${blob.digest}&from=secret/app`);
  await assertUploadInstead(guarded, 'eve/app', `mount=${blob.digest}`);
  assert.equal((await ask(guarded, `GET /v2/eve/app/blobs/${blob.digest}`)).status, 404);
  await pushBlob(guarded, 'public/app', blob);
  assert.equal((await mount(guarded, 'eve/app', `mount=${blob.digest}`)).status, 201);
});

test('a damaged blob is not mounted: the client pushes it again, which heals it everywhere', async () => {
  await using disk = await startTestServer();
  const blob = freshBlob();
  await pushBlob(disk, 'source', blob);
  const hex = hexOf(blob.digest);
  await writeFile(join(disk.root, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data'), 'short');
  await assertUploadInstead(disk, 'target', `mount=${blob.digest}&from=source`, blob);
  for (const repository of ['source', 'target']) {
    assert.ok((await ask(disk, `GET /v2/${repository}/blobs/${blob.digest}`)).body.equals(blob.bytes));
  }
});
