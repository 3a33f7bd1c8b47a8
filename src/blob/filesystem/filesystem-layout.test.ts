import assert from 'node:assert/strict';
import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { digestOf, hexOf, parseDigest } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import { assertHolds, beginUpload, chunksOf, newKey, push, someBytes } from '../suite/fixtures.ts';
import { filesystemLayout, uploadIdOf } from './filesystem-layout.ts';
import { temporaryStore } from './temporary-store.ts';

const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('filesystem layout', () => {
  test('blobs are where registry:2 keeps them, with its modes', async () => {
    await using under = await temporaryStore();
    const digest = parseDigest(`sha256:${empty}`);
    await under.store.put(digest, new Uint8Array());
    const path = `${under.root}/docker/registry/v2/blobs/sha256/e3/${empty}/data`;
    assert.equal(filesystemLayout(under.root).blobPath(digest), path);
    const umask = process.umask();
    assert.equal((await stat(path)).mode & 0o777, 0o644 & ~umask);
    assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o755 & ~umask);
  });

  test('a blob that registry:2 wrote is found, opened and listed; what else lies there is passed over', async () => {
    await using under = await temporaryStore();
    const bytes = someBytes(30);
    const digest = digestOf('sha256', bytes);
    const { blobsDir, blobDir, blobPath } = filesystemLayout(under.root);
    await mkdir(blobDir(digest), { recursive: true });
    await writeFile(blobPath(digest), bytes);

    const absent = digestOf('sha256', someBytes(31));
    await mkdir(blobPath(absent), { recursive: true });
    await mkdir(join(blobsDir, 'sha256', '00', empty), { recursive: true });
    await writeFile(join(blobsDir, 'sha256', '00', empty, 'data'), '');
    await mkdir(join(blobsDir, 'sha256', '00', hexOf(digest)), { recursive: true });
    await mkdir(join(blobsDir, 'sha256', 'e3', empty), { recursive: true });
    await writeFile(join(blobsDir, 'sha256', '.DS_Store'), '');
    await writeFile(join(blobsDir, 'sha256', 'e3', 'README'), '');
    await mkdir(join(blobsDir, 'md5', 'aa', 'aa'), { recursive: true });
    await symlink(under.parent, join(blobsDir, 'sha256', 'aa'));

    assert.equal((await under.store.find(digest))?.sizeBytes, 30);
    await assertHolds(under.store, digest, bytes);
    assert.deepEqual(await Array.fromAsync(under.store.list()), [{ digest, sizeBytes: 30 }]);
    assert.equal(await under.store.find(absent), undefined);
    await assert.rejects(under.store.open(absent), { code: 'blob-unknown' });
  });

  test('a session is one file, named by id, repository and algorithm; files of other names never expire', async () => {
    await using under = await temporaryStore();
    const { uploadsDir } = filesystemLayout(under.root);
    const key = await beginUpload(under.store, 'sha512');
    await under.store.appendUpload(key, chunksOf(someBytes(5)), 0);
    const repository = digestOf('sha256', Buffer.from(key.repository)).slice(7, 7 + 32);
    assert.deepEqual(await readdir(uploadsDir), [`${key.id}.${repository}.sha512`]);

    await writeFile(join(uploadsDir, 'note.txt'), '');
    await under.store.expireUploads({ before: Number.MAX_SAFE_INTEGER, isActive: () => false });
    assert.deepEqual(await readdir(uploadsDir), ['note.txt']);
  });

  test('no repository name and no id leads outside the directory of uploads', () => {
    const layout = filesystemLayout('/store');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('../../x', '/etc/passwd', 'a\0b', '..'),
    );
    fc.assert(
      fc.property(text, fc.oneof(text, fc.uuid()), (repository, id) => {
        try {
          const path = layout.uploadPath({ repository, id }, 'sha256');
          assert.match(path, /^\/store\/lading\/uploads\/[0-9a-f-]{36}\.[0-9a-f]{32}\.sha256$/);
          assert.equal(uploadIdOf(path.slice('/store/lading/uploads/'.length)), id);
        } catch (error) {
          assert.ok(error instanceof BlobError && error.code === 'upload-unknown', String(error));
        }
      }),
    );
  });

  test('nothing is written outside the root, and below it only in docker/ and lading/', async () => {
    await using under = await temporaryStore();
    for (const repository of ['..', '../../escape', '/escape', 'a/../../../escape']) {
      const key = newKey(repository);
      await under.store.createUpload(key, { algorithm: 'sha256' });
      await under.store.appendUpload(key, chunksOf(someBytes(5)), 0);
    }
    const digest = await push(under.store, someBytes(9));
    const place = await under.store.quarantine(digest);
    assert.equal((await stat(place)).size, 9);
    assert.deepEqual(await readdir(under.parent), ['root']);
    assert.deepEqual((await readdir(under.root)).sort(), ['docker', 'lading']);
    assert.deepEqual((await readdir(join(under.root, 'lading'))).sort(), ['quarantine', 'uploads']);
  });
});
