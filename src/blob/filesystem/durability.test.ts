import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf, hexOf } from '../../oci/index.ts';
import type { BlobStore, UploadKey } from '../blob-store.ts';
import { assertHolds, beginUpload, chunksOf, failsWith, newKey, push, someBytes } from '../suite/fixtures.ts';
import { createFaultyFiles, errnoError } from './faulty-files.ts';
import { temporaryStore } from './temporary-store.ts';

const bytes = someBytes(1_300_000);
const digest = digestOf('sha256', bytes);
const hex = hexOf(digest);
const manifest = someBytes(500, 3);
const manifestDigest = digestOf('sha256', manifest);

describe('durability', () => {
  test('a push syncs the file, renames it, then syncs every directory up to the root, once each', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const key = await beginUpload(under.store);
    await under.store.appendUpload(key, chunksOf(bytes), 0);
    faulty.calls.length = 0;
    await under.store.finishUpload(key, digest);
    const file = `${key.id}.`;
    const steps = faulty.calls
      .filter((call) => /^(sync|rename|read) /.test(call))
      .map((call) => (call.includes(file) ? call.slice(0, call.indexOf(' ')) : call));
    const prefix = hex.slice(0, 2);
    assert.deepEqual(steps, [
      'sync',
      'rename data',
      `sync ${hex}`,
      `sync ${prefix}`,
      'sync sha256',
      'sync blobs',
      'sync v2',
      'sync registry',
      'sync docker',
      'sync root',
    ]);

    faulty.calls.length = 0;
    await push(under.store, bytes);
    const again = faulty.calls.filter((call) => call.startsWith('sync ')).slice(1);
    assert.deepEqual(again, [`sync ${hex}`, `sync ${prefix}`]);
  });

  test('a small blob that comes with the request that ends its session takes these calls and no others', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    await push(under.store, manifest);
    faulty.calls.length = 0;
    const key = await beginUpload(under.store);
    const last = { source: chunksOf(manifest), position: 0 };
    await under.store.finishUpload(key, manifestDigest, { last });
    const name = hexOf(manifestDigest);
    assert.deepEqual(
      faulty.calls.map((call) => (call.includes(key.id) ? call.slice(0, call.indexOf(' ')) : call)),
      [
        'create',
        'open',
        'size',
        'writev',
        'sync',
        'close',
        `mkdir ${name}`,
        'rename data',
        `sync ${name}`,
        `sync ${name.slice(0, 2)}`,
      ],
    );
  });

  test('put and delete sync what they changed before they resolve', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    faulty.calls.length = 0;
    await under.store.put(manifestDigest, manifest);
    const order = ['write', 'sync', 'close', 'rename', 'sync'];
    const done = faulty.calls.map((call) => call.slice(0, call.indexOf(' ')));
    assert.deepEqual(done.filter((operation) => order.includes(operation)).slice(0, 5), order);

    faulty.calls.length = 0;
    await under.store.delete(manifestDigest);
    const name = hexOf(manifestDigest);
    assert.deepEqual(faulty.calls.slice(0, 2), ['unlink data', `rmdir ${name}`]);
    assert.ok(faulty.calls.includes(`sync ${name.slice(0, 2)}`));

    await under.store.put(manifestDigest, manifest);
    faulty.calls.length = 0;
    await under.store.quarantine(manifestDigest);
    assert.ok(faulty.calls.includes('sync quarantine'));
    assert.ok(faulty.calls.includes(`sync ${name.slice(0, 2)}`));
  });

  test('a delete that takes the directory away before the rename does not fail the push', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const other = await under.reopen();
    let deletes = 0;
    faulty.before = async (call) => {
      if (call === 'rename data' && deletes++ < 3) await other.delete(digest);
    };
    await push(under.store, bytes);
    assert.equal(deletes, 4);
    await assertHolds(under.store, digest, bytes);
  });

  test('a session cancelled while it is finished → upload-unknown', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const key = await beginUpload(under.store);
    await under.store.appendUpload(key, chunksOf(bytes), 0);
    faulty.before = async (call) => {
      if (call === 'rename data') await under.store.cancelUpload(key);
    };
    await assert.rejects(under.store.finishUpload(key, digest), failsWith('upload-unknown'));
  });

  test('bytes are not read again to finish them, nor after a wrong digest', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const key = await beginUpload(under.store);
    await under.store.appendUpload(key, chunksOf(bytes.subarray(0, 10)), 0);
    await under.store.appendUpload(key, chunksOf(bytes.subarray(10)), 10);
    await assert.rejects(under.store.finishUpload(key, manifestDigest), failsWith('digest-mismatch'));
    await under.store.finishUpload(key, digest);
    assert.ok(!faulty.calls.some((call) => call.startsWith('read ')));
  });

  test('if the bytes of a session cannot be synced, it goes, and cannot be finished by trying again', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const key = await beginUpload(under.store);
    await under.store.appendUpload(key, chunksOf(bytes), 0);
    faulty.before = (call) => {
      if (call.startsWith('sync ')) throw errnoError('EIO');
    };
    await assert.rejects(under.store.finishUpload(key, digest), failsWith('store-unavailable'));
    faulty.before = () => {};
    await assert.rejects(under.store.finishUpload(key, digest), failsWith('upload-unknown'));
    assert.equal(await under.store.find(digest), undefined);
    await push(under.store, bytes);
    await assertHolds(under.store, digest, bytes);
  });

  test('wherever a call fails, no wrong bytes are seen, no handle stays open, and trying again works', async () => {
    let steps = 0;
    for (let failing = 0; failing <= steps; failing++) {
      const faulty = createFaultyFiles();
      await using under = await temporaryStore({ files: faulty.files });
      let call = 0;
      faulty.before = () => {
        if (call++ === failing) throw errnoError(failing % 2 ? 'EIO' : 'ENOSPC');
      };
      const key = newKey();
      for (const act of scenario(under.store, key)) await act().catch(failsWithStoreError);
      faulty.before = () => {};
      steps = Math.max(steps, call);

      const at = `failing call ${failing}: ${faulty.calls[failing]}`;
      assert.equal(faulty.openHandles, 0, at);
      const store = await under.reopen();
      await assertOnlySoundBlobs(store);
      await assertResumes(under.store, key);
      await push(under.store, bytes);
      await under.store.put(manifestDigest, manifest);
      await assertHolds(store, digest, bytes);
      await assertHolds(store, manifestDigest, manifest);
      assert.equal(faulty.openHandles, 0, at);
    }
    assert.ok(steps > 60, 'the scenario reached the disk');
  });
});

/** Everything that changes the disk, each step on its own: later ones run after an earlier one failed. */
function scenario(store: BlobStore, key: UploadKey): (() => Promise<unknown>)[] {
  const half = 1_100_000;
  return [
    () => store.createUpload(key, { algorithm: 'sha256' }),
    () => store.appendUpload(key, chunksOf(bytes.subarray(0, half)), 0),
    () => store.appendUpload(key, chunksOf(bytes.subarray(half, half + 9)), half),
    () => {
      const last = { source: chunksOf(bytes.subarray(half + 9)), position: half + 9 };
      return store.finishUpload(key, digest, { last });
    },
    () => store.put(manifestDigest, manifest),
    () => assertHolds(store, digest, bytes),
    () => store.quarantine(digest),
    () => store.put(digest, bytes),
    () => store.delete(digest),
    () => Array.fromAsync(store.list()),
    () => store.checkHealth(),
  ];
}

function failsWithStoreError(error: unknown): void {
  assert.ok(error instanceof Error && 'code' in error, String(error));
  const expected = [
    'store-full',
    'store-unavailable',
    'upload-unknown',
    'offset-mismatch',
    'digest-mismatch',
    'blob-unknown',
  ];
  assert.ok(expected.includes(String(error.code)), String(error));
}

async function assertOnlySoundBlobs(store: BlobStore): Promise<void> {
  const content = new Map([
    [digest, bytes],
    [manifestDigest, manifest],
  ]);
  for await (const listed of store.list()) {
    const expected = content.get(listed.digest);
    assert.ok(expected, 'a blob nobody pushed');
    await assertHolds(store, listed.digest, expected);
  }
}

/** What a session says it holds is a true beginning of the bytes, which the rest completes. */
async function assertResumes(store: BlobStore, key: UploadKey): Promise<void> {
  const upload = await store.findUpload(key);
  if (upload === undefined) return;
  await store.appendUpload(key, chunksOf(bytes.subarray(upload.sizeBytes)), upload.sizeBytes);
  await store.finishUpload(key, digest);
  await assertHolds(store, digest, bytes);
}
