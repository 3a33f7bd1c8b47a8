import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { silentLogger, systemClock } from '../../kernel/index.ts';
import { digestOf } from '../../oci/index.ts';
import type { BlobErrorCode } from '../blob-error.ts';
import {
  assertHolds,
  beginUpload,
  brokenAfter,
  chunksOf,
  failsWith,
  push,
  someBytes,
} from '../suite/fixtures.ts';
import { createFaultyFiles, errnoError } from './faulty-files.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';
import { filesystemLayout } from './filesystem-layout.ts';
import { temporaryStore } from './temporary-store.ts';

const mebibyte = 1024 * 1024;

describe('trouble with the disk', () => {
  const answers: [errno: string, code: BlobErrorCode, advice: RegExp][] = [
    ['ENOSPC', 'store-full', /free some/],
    ['EDQUOT', 'store-full', /quota/],
    ['EMFILE', 'store-unavailable', /ulimit -n/],
    ['ENFILE', 'store-unavailable', /file descriptors/],
    ['EACCES', 'store-unavailable', /owner/],
    ['EROFS', 'store-unavailable', /read-only/],
    ['EIO', 'store-unavailable', /kernel log/],
    ['EXDEV', 'store-unavailable', /one file system/],
    ['EWHATEVER', 'store-unavailable', /EWHATEVER/],
  ];
  for (const [errno, code, advice] of answers) {
    test(`${errno} → ${code}, with the place, the cause and what to do`, async () => {
      const faulty = createFaultyFiles();
      await using under = await temporaryStore({ files: faulty.files });
      const digest = await push(under.store, someBytes(10));
      const cause = errnoError(errno);
      faulty.before = () => {
        throw cause;
      };
      const refused = async (work: Promise<unknown>) => {
        await assert.rejects(work, failsWith(code));
        await assert.rejects(work, { message: advice, cause });
        await assert.rejects(work, { message: new RegExp(`${errno}.*${under.root}`) });
      };
      await refused(under.store.find(digest));
      await refused(under.store.open(digest));
      await refused(under.store.put(digest, someBytes(10)));
      await refused(under.store.delete(digest));
      await refused(under.store.quarantine(digest));
      await refused(Array.fromAsync(under.store.list()));
      await refused(beginUpload(under.store));
      await refused(under.store.expireUploads({ before: 0, isActive: () => false }));
      await refused(under.store.checkHealth());
      faulty.before = () => {};
      await assertHolds(under.store, digest, someBytes(10));
    });
  }

  test('a write that fails in the middle: the bytes accepted before stay, the source is let go', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const bytes = someBytes(5 * mebibyte);
    const key = await beginUpload(under.store);
    let writes = 0;
    faulty.before = (call) => {
      if (call.startsWith('writev') && ++writes === 3) throw errnoError('ENOSPC');
    };
    let taken = 0;
    let ended = false;
    async function* source() {
      try {
        for await (const chunk of chunksOf(bytes)) {
          taken += chunk.byteLength;
          yield chunk.slice();
        }
      } finally {
        ended = true;
      }
    }
    await assert.rejects(under.store.appendUpload(key, source(), 0), failsWith('store-full'));
    assert.ok(ended);
    assert.ok(taken < bytes.byteLength, 'the source was read to its end for nothing');
    assert.equal((await under.store.findUpload(key))?.sizeBytes, 2 * mebibyte);
    await under.store.appendUpload(key, chunksOf(bytes.subarray(2 * mebibyte)), 2 * mebibyte);
    await under.store.finishUpload(key, digestOf('sha256', bytes));
    await assertHolds(under.store, digestOf('sha256', bytes), bytes);
  });

  test('a put that cannot be published leaves no file behind', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    faulty.before = (call) => {
      if (call.startsWith('rename')) throw errnoError('EIO');
    };
    const put = under.store.put(digestOf('sha256', someBytes(9)), someBytes(9));
    await assert.rejects(put, failsWith('store-unavailable'));
    assert.deepEqual(await readdir(filesystemLayout(under.root).uploadsDir), []);
  });

  test('when source and disk both fail, the error of the source passes through', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const key = await beginUpload(under.store);
    faulty.before = (call) => {
      if (call.startsWith('writev')) throw errnoError('EIO');
    };
    const gone = new Error('gone');
    const append = under.store.appendUpload(key, brokenAfter(someBytes(100), gone), 0);
    await assert.rejects(append, (error) => error === gone);
    assert.equal((await under.store.findUpload(key))?.sizeBytes, 0);
  });

  test('a slow disk slows the source: no more than two batches and a chunk are taken ahead', async () => {
    const faulty = createFaultyFiles();
    await using under = await temporaryStore({ files: faulty.files });
    const key = await beginUpload(under.store);
    const disk = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let writes = 0;
    faulty.before = async (call) => {
      if (!call.startsWith('writev')) return;
      writes += 1;
      await disk.promise;
    };
    const chunk = someBytes(100_000);
    let taken = 0;
    async function* source() {
      for (let i = 0; i < 60; i++) {
        taken += chunk.byteLength;
        if (taken >= 2 * mebibyte) reached.resolve();
        yield chunk.slice();
      }
    }
    const append = under.store.appendUpload(key, source(), 0);
    await reached.promise;
    // Turns of the event loop in which a source that nothing holds back would be read to its end.
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    assert.equal(writes, 1);
    assert.ok(taken <= 2 * (mebibyte + chunk.byteLength), `${taken} bytes were taken`);
    disk.resolve();
    assert.equal(await append, 6_000_000);
  });

  test('a push by way of a real disk that fills up, then is read-only', async (t) => {
    const mounted = await mountSmallDisk();
    if (mounted === undefined) return t.skip('a tmpfs can be mounted by root only');
    await using disk = mounted;
    const root = disk.path;
    const store = await createFilesystemBlobStore({ root, clock: systemClock, log: silentLogger });
    const small = await push(store, someBytes(10));
    const bytes = someBytes(6 * mebibyte);
    const key = await beginUpload(store);
    await assert.rejects(store.appendUpload(key, chunksOf(bytes), 0), failsWith('store-full'));
    const kept = (await store.findUpload(key))?.sizeBytes ?? 0;
    assert.ok(kept > mebibyte && kept < 4 * mebibyte, `${kept} bytes were kept`);
    await assert.rejects(store.checkHealth(), failsWith('store-full'));
    await assertHolds(store, small, someBytes(10));

    disk.remount('size=16m');
    await store.appendUpload(key, chunksOf(bytes.subarray(kept)), kept);
    const digest = digestOf('sha256', bytes);
    assert.equal(await store.finishUpload(key, digest), bytes.byteLength);
    await assertHolds(store, digest, bytes);

    disk.remount('ro');
    await assert.rejects(beginUpload(store), failsWith('store-unavailable'));
    await assert.rejects(store.checkHealth(), failsWith('store-unavailable'));
    const reopened = await createFilesystemBlobStore({ root, clock: systemClock, log: silentLogger });
    await assertHolds(reopened, digest, bytes);
  });
});

async function mountSmallDisk() {
  const path = await mkdtemp(join(tmpdir(), 'lading-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'lading-test', path], { stdio: 'ignore' });
  } catch {
    await rm(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    remount: (option: string) => execFileSync('mount', ['-o', `remount,${option}`, path]),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [path]);
      await rm(path, { recursive: true });
    },
  };
}
