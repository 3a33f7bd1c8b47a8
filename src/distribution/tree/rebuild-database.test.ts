import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { digestOf, mediaTypes, OciError, parseRepositoryName, parseTag } from '../../oci/index.ts';
import {
  buildBlob,
  buildImage,
  buildIndex,
  buildManifest,
  buildReferrer,
} from '../../testing/build-image.ts';
import { type OpenRegistry, openRegistry, readFacts } from '../../testing/open-registry.ts';
import { deleteBlob, deleteManifest } from '../delete.ts';
import { addBlobToRepository } from '../push-blob.ts';
import { pushManifest } from '../push-manifest.ts';
import { rebuildDatabase } from './rebuild-database.ts';

const repositories = ['a', 'a/b', 'a/b/c', 'team/app'].map(parseRepositoryName);
const tags = ['latest', '1.0', '_x', 'A.B-c'].map(parseTag);

const images = [
  buildImage({ seed: 1, layers: 2 }),
  buildImage({ seed: 2, fields: { annotations: { k: 'v' }, artifactType: 'application/x' } }),
  buildImage({ seed: 3, algorithm: 'sha512' }),
  buildImage({ seed: 4, fields: { mediaType: undefined } }),
] as const;
const blobs = [...images.flatMap((image) => image.blobs), buildBlob(Buffer.from('{}'))];
const manifests = [
  ...images.map((image) => image.manifest),
  buildIndex([images[0].manifest, images[1].manifest]),
  buildManifest({ schemaVersion: 2, manifests: null }, mediaTypes.ociIndex),
  buildManifest({ schemaVersion: 2, manifests: [], artifactType: 'application/y' }, mediaTypes.ociIndex),
  buildReferrer(images[0].manifest, { annotations: { note: 'ü "quoted"' } }).manifest,
  buildIndex([], {
    subject: { mediaType: mediaTypes.ociManifest, digest: images[1].manifest.digest, size: 1 },
  }),
];

type Operation = (registry: OpenRegistry) => Promise<unknown>;

const repository = fc.constantFrom(...repositories);
const manifest = fc.constantFrom(...manifests);
const someTags = fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 2 });

const pushBlob = fc.record({ repository, blob: fc.constantFrom(...blobs) }).map(
  ({ repository, blob }): Operation =>
    async ({ context }) => {
      await context.blobs.put(blob.digest, blob.bytes);
      await addBlobToRepository(context, repository, {
        digest: blob.digest,
        sizeBytes: blob.bytes.byteLength,
      });
    },
);

const push = fc
  .record({
    repository,
    manifest,
    tags: someTags,
    algorithm: fc.constantFrom('sha256' as const, 'sha512' as const),
  })
  .map(
    ({ repository, manifest, tags, algorithm }): Operation =>
      async ({ context }) => {
        const { content, mediaType } = manifest;
        const reference = { kind: 'digest', digest: digestOf(algorithm, content) } as const;
        // Sparse: which blobs are there does not matter here.
        await pushManifest(context, {
          repository,
          reference,
          tags,
          contentType: mediaType,
          content,
          sparse: true,
        });
      },
  );

const remove = fc.oneof(
  fc.record({ repository, tag: fc.constantFrom(...tags) }).map(
    ({ repository, tag }): Operation =>
      ({ context }) =>
        deleteManifest(context, { repository, reference: { kind: 'tag', tag } }),
  ),
  fc.record({ repository, manifest }).map(
    ({ repository, manifest }): Operation =>
      ({ context }) =>
        deleteManifest(context, { repository, reference: { kind: 'digest', digest: manifest.digest } }),
  ),
  fc.record({ repository, blob: fc.constantFrom(...blobs) }).map(
    ({ repository, blob }): Operation =>
      ({ context }) =>
        deleteBlob(context, repository, blob.digest),
  ),
);

const flush = fc.constant<Operation>(({ trail }) => trail.flush());

function isUnknown(error: unknown): boolean {
  return error instanceof OciError && error.code.endsWith('_UNKNOWN');
}

const rebuild = (registry: OpenRegistry) =>
  rebuildDatabase({ ...registry, file: registry.databaseFile, open: registry.openDatabase });

describe('rebuild', () => {
  test('after any pushes and deletions the database made anew says what the old one said', async () => {
    const operations = fc.array(
      fc.oneof({ weight: 4, arbitrary: push }, { weight: 3, arbitrary: pushBlob }, remove, flush),
      { maxLength: 30, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(operations, async (operations) => {
        await using registry = await openRegistry();
        for (const operation of operations) {
          registry.clock.advance(1234);
          await operation(registry).catch((error: unknown) => {
            if (!isUnknown(error)) throw error;
          });
        }
        const before = await readFacts(registry.db);
        await registry.trail.close();
        await registry.db.close();

        const { problems, oldFile, unreadable } = await rebuild(registry);
        assert.deepEqual(problems, []);
        assert.equal(unreadable, undefined);
        await using db = await registry.openDatabase(registry.databaseFile);
        assert.deepEqual(await readFacts(db), before);
        assert.ok(oldFile);
        await using old = await registry.openDatabase(oldFile);
        assert.deepEqual(await readFacts(old), before, 'the old one is kept');
      }),
      { numRuns: 8 },
    );
  });

  const damages: [string, (file: string) => Promise<void>][] = [
    ['no database', async () => {}],
    ['a file that is none', (file) => writeFile(file, 'not a database, by far not one. '.repeat(1000))],
    ['a database cut short', (file) => writeFile(file, Buffer.from('SQLite format 3\0').subarray(0, 16))],
    ['an empty file', (file) => writeFile(file, '')],
  ];
  for (const [title, damage] of damages) {
    test(`with ${title}, the tree is enough`, async () => {
      await using registry = await openRegistry();
      const [repository] = repositories;
      assert.ok(repository);
      const { content, mediaType, digest } = images[0].manifest;
      await pushManifest(registry.context, {
        repository,
        reference: { kind: 'digest', digest },
        tags,
        contentType: mediaType,
        content,
        sparse: true,
      });
      await registry.trail.flush();
      const before = await readFacts(registry.db);
      await registry.db.close();
      const folder = dirname(registry.databaseFile);
      for (const suffix of ['', '-wal', '-shm']) await rm(registry.databaseFile + suffix, { force: true });
      await damage(registry.databaseFile);

      const { oldFile, unreadable } = await rebuild(registry);
      assert.equal(
        unreadable !== undefined,
        title === 'a file that is none' || title === 'a database cut short',
      );
      assert.equal(oldFile === undefined, title === 'no database');
      await using db = await registry.openDatabase(registry.databaseFile);
      assert.deepEqual(await readFacts(db), before);
      const left = (await readdir(folder)).filter((name) => name.includes('rebuilding'));
      assert.deepEqual(left, []);
    });
  }

  test('when it is broken off, the old database is still in its place', async () => {
    await using registry = await openRegistry();
    const [repository] = repositories;
    assert.ok(repository);
    await addBlobToRepository(registry.context, repository, {
      digest: digestOf('sha256', Buffer.from('x')),
      sizeBytes: 1,
    });
    await registry.blobs.put(digestOf('sha256', Buffer.from('x')), Buffer.from('x'));
    const before = await readFacts(registry.db);
    await registry.db.close();
    const options = { ...registry, file: registry.databaseFile, open: registry.openDatabase };
    await assert.rejects(
      rebuildDatabase({ ...options, signal: AbortSignal.abort(new Error('stopped')) }),
      /stopped/,
    );
    await using db = await registry.openDatabase(registry.databaseFile);
    assert.deepEqual(await readFacts(db), before);
    await db.close();
    assert.equal((await rebuild(registry)).counts.blobs, 1, 'and can be begun again');
  });
});
