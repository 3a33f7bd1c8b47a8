import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { filesystemLayout } from '../../blob/index.ts';
import { type Digest, digestOf, parseRepositoryName, parseTag } from '../../oci/index.ts';
import { type BuiltImage, buildImage, buildIndex } from '../../testing/build-image.ts';
import { type OpenRegistry, openRegistry, readFacts, snapshotTree } from '../../testing/open-registry.ts';
import { someBytes } from '../../testing/some-bytes.ts';
import { addBlobToRepository, findIntactBlob } from '../push-blob.ts';
import { pushManifest } from '../push-manifest.ts';
import { linkLayout } from '../tree/link-layout.ts';
import { type CheckOptions, checkRegistry } from './check-registry.ts';
import type { Finding } from './finding.ts';

const repository = parseRepositoryName('team/app');
const other = parseRepositoryName('other');
const tag = parseTag('1.0');
const image = buildImage({ layers: 2 });
const [config, layer] = image.blobs;
assert.ok(config && layer);

async function pushBlobs(registry: OpenRegistry, into = repository, { blobs }: BuiltImage = image) {
  for (const { digest, bytes } of blobs) {
    await registry.blobs.put(digest, bytes);
    await addBlobToRepository(registry.context, into, { digest, sizeBytes: bytes.byteLength });
  }
}

async function pushImage(registry: OpenRegistry): Promise<void> {
  await pushBlobs(registry);
  await pushContent(registry, image.manifest.content, image.manifest.mediaType);
}

async function pushContent({ context }: OpenRegistry, content: Buffer, contentType: string): Promise<void> {
  const reference = { kind: 'tag', tag } as const;
  await pushManifest(context, { repository, reference, tags: [], contentType, content, sparse: false });
}

/** A registry with one image, the tree up to date. */
async function soundRegistry(): Promise<OpenRegistry> {
  const registry = await openRegistry();
  await pushImage(registry);
  await registry.trail.flush();
  return registry;
}

async function check(registry: OpenRegistry, options: Partial<CheckOptions> = {}) {
  const findings: Finding[] = [];
  const report = await checkRegistry({
    ...registry,
    onFinding: (finding) => findings.push(finding),
    ...options,
  });
  return { report, findings, kinds: findings.map(({ kind }) => kind) };
}

const repair = (registry: OpenRegistry) => check(registry, { repair: { trail: registry.trail } });

const dataPath = ({ root }: OpenRegistry, digest: Digest) => filesystemLayout(root).blobPath(digest);

/** Changes facts behind the back of the use-cases. */
async function tamper(registry: OpenRegistry, statement: ReturnType<typeof sql>): Promise<void> {
  await registry.db.transaction((trx) => statement.execute(trx));
}

describe('check', () => {
  test('a sound registry has nothing to report, and everything was read', async () => {
    await using registry = await soundRegistry();
    const progress: number[] = [];
    const { report, findings } = await check(registry, {
      onProgress: ({ bytesDone, bytesTotal }) => progress.push(bytesDone / bytesTotal),
    });
    assert.deepEqual(findings, []);
    const bytes = [...image.blobs.map((blob) => blob.bytes), image.manifest.content].reduce(
      (sum, content) => sum + content.byteLength,
      0,
    );
    assert.deepEqual(report, {
      blobs: 4,
      bytes,
      orphans: 0,
      orphanBytes: 0,
      manifests: 1,
      tags: 1,
      links: 5,
      unfinishedUploads: 0,
      problems: 0,
      notes: 0,
      repaired: 0,
    });
    assert.deepEqual([progress[0], progress.at(-1)], [0, 1]);
    assert.deepEqual(
      progress.toSorted((a, b) => a - b),
      progress,
    );
  });

  test('without repair, nothing is changed', async () => {
    await using registry = await soundRegistry();
    await writeFile(dataPath(registry, layer.digest), 'damaged');
    await rm(dataPath(registry, config.digest));
    await rm(linkLayout(registry.root).tagDir(repository, tag), { recursive: true });
    const [facts, tree] = [await readFacts(registry.db), await snapshotTree(join(registry.root, 'docker'))];
    const { report } = await check(registry);
    assert.equal(report.problems, 3);
    assert.equal(report.repaired, 0);
    assert.deepEqual(await readFacts(registry.db), facts);
    assert.deepEqual(await snapshotTree(join(registry.root, 'docker')), tree);
    assert.equal(await registry.trail.lag(), 0);
  });

  test('changes that the tree has yet to follow are no findings', async () => {
    await using registry = await openRegistry();
    await pushImage(registry);
    const { findings } = await check(registry);
    assert.deepEqual(findings, []);
  });

  test('bytes that nobody refers to, unfinished uploads and missing children are notes', async () => {
    await using registry = await soundRegistry();
    const orphan = digestOf('sha256', Buffer.from('orphan'));
    await registry.blobs.put(orphan, Buffer.from('orphan'));
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    await registry.blobs.createUpload({ repository, id }, { algorithm: 'sha256' });
    const index = buildIndex([image.manifest, buildImage({ seed: 9 }).manifest]);
    await pushContent(registry, index.content, index.mediaType);
    await registry.trail.flush();
    const { report, kinds } = await check(registry);
    assert.deepEqual(kinds.sort(), ['blob-orphan', 'child-missing', 'uploads-unfinished']);
    assert.deepEqual([report.problems, report.notes], [0, 3]);
    assert.deepEqual([report.orphans, report.orphanBytes, report.unfinishedUploads], [1, 6, 1]);
    assert.ok(await registry.blobs.findUpload({ repository, id }), 'the upload is still there');
  });

  test('a link that only the tree knows is a note, and a repair leaves it', async () => {
    await using registry = await soundRegistry();
    const layout = linkLayout(registry.root);
    const path = join(dirname(layout.tagDir(repository, tag)), 'stray', 'current', 'link');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, image.manifest.digest);
    assert.deepEqual((await repair(registry)).kinds, ['link-stray']);
    assert.equal(await readFile(path, 'latin1'), image.manifest.digest);
  });

  test('it stops when it is told to', async () => {
    await using registry = await soundRegistry();
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('stopped'));
    await assert.rejects(check(registry, { onProgress, signal: abort.signal }), /stopped/);
  });
});

describe('repair', () => {
  test('a corrupt blob is put aside and reported missing; pushing the image again heals everything', async () => {
    await using registry = await soundRegistry();
    await pushBlobs(registry, other);
    const damaged = someBytes(layer.bytes.byteLength, 77);
    await writeFile(dataPath(registry, layer.digest), damaged);
    const { report, kinds, findings } = await repair(registry);
    assert.deepEqual(kinds, ['blob-corrupt', 'reference-missing']);
    assert.equal(report.repaired, 1);
    assert.match(findings[0]?.repair ?? '', /push it again/);

    const { quarantineDir } = filesystemLayout(registry.root);
    const [kept] = await readdir(quarantineDir);
    assert.ok(kept);
    assert.ok(damaged.equals(await readFile(join(quarantineDir, kept))), 'its bytes are kept');
    for (const name of [repository, other]) {
      assert.equal(await findIntactBlob(registry.context, name, layer.digest), undefined);
      const link = linkLayout(registry.root).linkPath(name, { kind: 'layer', digest: layer.digest });
      await assert.rejects(readFile(link), { code: 'ENOENT' });
    }

    await pushImage(registry);
    await pushBlobs(registry, other);
    await registry.trail.flush();
    assert.deepEqual((await check(registry)).findings, []);
  });

  test('a manifest that is corrupt in the database is healed by pushing it again', async () => {
    await using registry = await soundRegistry();
    await tamper(registry, sql`UPDATE manifest_content SET content = x'7b7d'`);
    assert.deepEqual((await check(registry)).kinds, ['manifest-corrupt']);
    await pushImage(registry);
    assert.deepEqual((await check(registry)).findings, []);
  });

  const healed: [string, (registry: OpenRegistry) => Promise<unknown>, string[]][] = [
    [
      "a manifest's copy that is corrupt",
      (registry) => writeFile(dataPath(registry, image.manifest.digest), '{}'),
      ['blob-corrupt'],
    ],
    [
      "a manifest's copy that is gone",
      (registry) => rm(dataPath(registry, image.manifest.digest)),
      ['manifest-copy'],
    ],
    [
      'a manifest that is corrupt in the database',
      (registry) => tamper(registry, sql`UPDATE manifest_content SET content = x'7b7d'`),
      ['manifest-corrupt'],
    ],
    [
      'a wrong size in the database',
      (registry) =>
        tamper(registry, sql`UPDATE repository_blob SET size_bytes = 7 WHERE digest = ${layer.digest}`),
      ['blob-size'],
    ],
    [
      'link files that are gone',
      ({ root }) => rm(linkLayout(root).repositoryDir(repository), { recursive: true }),
      Array(5).fill('link-wrong'),
    ],
    [
      'a tag that points elsewhere in the tree',
      ({ root }) => writeFile(linkLayout(root).linkPath(repository, { kind: 'tag', tag }), config.digest),
      ['link-wrong'],
    ],
    [
      'a link file of nonsense',
      ({ root }) =>
        writeFile(linkLayout(root).linkPath(repository, { kind: 'layer', digest: layer.digest }), 'x'),
      ['link-wrong'],
    ],
  ];
  for (const [title, damage, expected] of healed) {
    test(`${title} is made good`, async () => {
      await using registry = await soundRegistry();
      const facts = await readFacts(registry.db);
      await damage(registry);
      assert.deepEqual((await check(registry)).kinds, expected);
      const { kinds, report } = await repair(registry);
      assert.deepEqual(kinds, expected);
      assert.equal(report.repaired, expected.length);
      assert.deepEqual((await check(registry)).findings, []);
      assert.deepEqual(await readFacts(registry.db), facts);
    });
  }

  test('a blob that is gone is taken out of its repositories, so that a push brings it back', async () => {
    await using registry = await soundRegistry();
    await rm(dataPath(registry, layer.digest));
    assert.deepEqual((await repair(registry)).kinds, ['blob-missing', 'reference-missing']);
    await assert.rejects(pushContent(registry, image.manifest.content, image.manifest.mediaType), {
      code: 'MANIFEST_BLOB_UNKNOWN',
    });
    await pushImage(registry);
    await registry.trail.flush();
    assert.deepEqual((await check(registry)).findings, []);
  });

  test('a tag whose manifest is gone is reported', async () => {
    await using registry = await soundRegistry();
    {
      using db = new DatabaseSync(registry.databaseFile, { enableForeignKeyConstraints: false });
      db.exec('DELETE FROM repository_manifest');
    }
    const { kinds } = await check(registry);
    assert.deepEqual(kinds, ['blob-orphan', 'tag-dangling', 'link-stray']);
  });
});
