import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digestOf, hexOf, mediaTypes } from '../../oci/index.ts';
import {
  buildBlob,
  buildImage,
  buildIndex,
  buildManifest,
  buildReferrer,
} from '../../testing/build-image.ts';
import { type OpenRegistry, openRegistry, readFacts, snapshotTree } from '../../testing/open-registry.ts';
import { createRegistry2Tree } from '../../testing/registry2-tree.ts';
import { isAdopted } from '../store/adoption-state.ts';
import { type AdoptionOptions, adoptTree } from './adopt-tree.ts';

const adopt = (registry: OpenRegistry, options: Partial<AdoptionOptions> = {}) =>
  adoptTree({ ...registry, ...options });

async function adoptedTypes({ db }: OpenRegistry): Promise<Record<string, string>> {
  const rows = await db.reads
    .selectFrom('tag')
    .innerJoin('repository_manifest', (join) =>
      join
        .onRef('repository_manifest.repository_id', '=', 'tag.repository_id')
        .onRef('repository_manifest.digest', '=', 'tag.digest'),
    )
    .select(['tag.name as tag', 'media_type as mediaType'])
    .execute();
  return Object.fromEntries(rows.map(({ tag, mediaType }) => [tag, mediaType]));
}

describe('adoption', () => {
  test('a volume of registry:2 is taken over whole, and nothing in it is touched', async () => {
    await using registry = await openRegistry();
    const volume = createRegistry2Tree(registry.root);
    const image = buildImage({ seed: 1, layers: 3 });
    const other = buildImage({ seed: 2 });
    await volume.writeImage('team/app', image, 'latest', '1.0');
    await volume.writeImage('team', other, 'x');
    const index = buildIndex([image.manifest]);
    await volume.writeBlob(index.content);
    await volume.writeRevision('team/app', index.digest);
    const sbom = buildReferrer(image.manifest, { annotations: { a: 'b' } });
    await volume.writeImage('team/app/deep', sbom);
    const lone = await volume.writeBlob(Buffer.from('only a blob'));
    await volume.writeLayer('blobs-only', lone);
    const before = await snapshotTree(volume.base);

    assert.equal(await isAdopted(registry.db.reads), false);
    const { counts, problems } = await adopt(registry);
    assert.deepEqual(problems, []);
    assert.deepEqual(counts, { repositories: 4, manifests: 4, tags: 3, blobs: 8, problems: 0 });
    assert.equal(await isAdopted(registry.db.reads), true);
    assert.deepEqual(await snapshotTree(volume.base), before);
    assert.equal(await registry.trail.lag(), 0);

    const facts = await readFacts(registry.db);
    assert.deepEqual(facts.repositories, ['blobs-only 0', 'team 1', 'team/app 1', 'team/app/deep 1']);
    const tags = facts.tags?.map((row) => JSON.parse(row)) ?? [];
    const latest = tags.find(({ name }) => name === 'latest');
    assert.equal(latest.digest, image.manifest.digest);
    assert.ok(latest.updated_at >= volume.firstTime && latest.updated_at < volume.firstTime + 100_000);
    const referrer = facts.manifests?.map((row) => JSON.parse(row)).find((row) => row.subject_digest);
    assert.equal(referrer.subject_digest, image.manifest.digest);
    assert.equal(referrer.artifact_type, 'application/vnd.example.sbom');
    assert.deepEqual(JSON.parse(referrer.annotations), { 'example.seed': '1', a: 'b' });
    assert.ok(facts.contents.includes(`${index.digest} ${index.content.toString('base64')}`));
  });

  test('a root without a tree has nothing to adopt, and that is remembered', async () => {
    await using registry = await openRegistry();
    const { counts } = await adopt(registry);
    assert.deepEqual(counts, { repositories: 0, manifests: 0, tags: 0, blobs: 0, problems: 0 });
    assert.equal(await isAdopted(registry.db.reads), true);
  });

  test('manifests that a push of today would have to do better are served on as they are', async () => {
    await using registry = await openRegistry();
    const volume = createRegistry2Tree(registry.root);
    const config = buildBlob(Buffer.from('{}'));
    const descriptor = {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: config.digest,
      size: 2,
    };
    const image = JSON.stringify({ schemaVersion: 2, config: descriptor, layers: [] });
    const contents: Record<string, string> = {
      'no-media-type': image,
      'index-without-type': '{"schemaVersion":2,"manifests":[]}',
      'index-of-null': '{"schemaVersion":2,"manifests":null}',
      'key-twice': image.replace('{', '{"schemaVersion":2,'),
      'no-layers': JSON.stringify({ schemaVersion: 2, config: descriptor }),
      'docker-list': JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.dockerManifestList,
        manifests: [{ mediaType: mediaTypes.dockerManifest, digest: 'sha256:short', size: -1 }],
      }),
    };
    for (const [tag, text] of Object.entries(contents)) {
      const digest = await volume.writeBlob(Buffer.from(text));
      await volume.writeRevision('old', digest);
      await volume.writeTag('old', tag, digest);
    }
    const { problems } = await adopt(registry);
    assert.deepEqual(problems, []);
    assert.deepEqual(await adoptedTypes(registry), {
      'no-media-type': mediaTypes.ociManifest,
      'index-without-type': mediaTypes.ociIndex,
      'index-of-null': mediaTypes.ociIndex,
      'key-twice': mediaTypes.ociManifest,
      'no-layers': mediaTypes.ociManifest,
      'docker-list': mediaTypes.dockerManifestList,
    });
  });

  test('a tag whose manifest is linked among the blobs, as registry 2.0 did, is taken over', async () => {
    await using registry = await openRegistry();
    const volume = createRegistry2Tree(registry.root);
    const { manifest } = buildImage();
    await volume.writeBlob(manifest.content);
    await volume.writeLayer('old', manifest.digest);
    await volume.writeTag('old', 'x', manifest.digest);
    const { counts, problems } = await adopt(registry);
    assert.deepEqual(problems, []);
    assert.deepEqual(counts, { repositories: 1, manifests: 1, tags: 1, blobs: 1, problems: 0 });
  });

  test('what deletions left behind is no damage', async () => {
    await using registry = await openRegistry();
    const volume = createRegistry2Tree(registry.root);
    await volume.writeImage('app', buildImage(), 'x');
    const hex = hexOf(digestOf('sha256', Buffer.from('gone')));
    for (const path of [`_layers/sha256/${hex}`, `_manifests/revisions/sha256/${hex}`, '_uploads/x']) {
      await mkdir(join(volume.base, 'repositories/app', path), { recursive: true });
    }
    assert.deepEqual((await adopt(registry)).problems, []);
  });

  describe('a damaged volume is adopted as far as it is sound, the rest reported', () => {
    const absent = digestOf('sha256', Buffer.from('absent'));
    const schema1 = buildManifest({ schemaVersion: 1, name: 'x', fsLayers: [] });
    const cases: [string, (volume: ReturnType<typeof createRegistry2Tree>) => Promise<unknown>, string[]][] =
      [
        ['a layer without bytes', (volume) => volume.writeLayer('app', absent), ['blob-missing']],
        ['a manifest without bytes', (volume) => volume.writeRevision('app', absent), ['blob-missing']],
        ['a tag without its manifest', (volume) => volume.writeTag('app', 'bad', absent), ['tag-dangling']],
        [
          'a manifest with other bytes, and its tag',
          async (volume) => {
            const digest = await volume.writeBlob(Buffer.from('{"schemaVersion":2}'));
            const hex = hexOf(digest);
            await volume.writeFile(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, '{"schemaVersion":3}');
            await volume.writeRevision('app', digest);
            await volume.writeTag('app', 'bad', digest);
          },
          ['manifest-damaged', 'tag-dangling'],
        ],
        [
          'an image of schema 1',
          async (volume) => volume.writeRevision('app', await volume.writeBlob(schema1.content)),
          ['manifest-unsupported'],
        ],
        [
          'a manifest that is no JSON',
          async (volume) => volume.writeRevision('app', await volume.writeBlob(Buffer.from([0xff, 0, 1]))),
          ['manifest-unsupported'],
        ],
        [
          'a manifest of 5 MiB',
          async (volume) => volume.writeRevision('app', await volume.writeBlob(new Uint8Array(5 << 20))),
          ['unreadable'],
        ],
        [
          'links cut short, with a newline, or of nonsense',
          async (volume) => {
            const base = 'repositories/app/_layers/sha256';
            await volume.writeFile(`${base}/${hexOf(absent)}/link`, '');
            await volume.writeFile(`${base}/${'0'.repeat(64)}/link`, `${absent}\n`);
            await volume.writeFile(
              'repositories/app/_manifests/tags/bad/current/link',
              '../../../../etc/passwd',
            );
          },
          ['unreadable', 'unreadable', 'unreadable'],
        ],
        [
          'a blob linked under the digest of another algorithm',
          async (volume) => {
            const digest = await volume.writeBlob(Buffer.from('alias'));
            const alias = hexOf(digestOf('sha512', Buffer.from('alias')));
            await volume.writeFile(`repositories/app/_layers/sha512/${alias}/link`, digest);
          },
          ['alias'],
        ],
        [
          'symbolic links',
          async ({ base }) => {
            await symlink('/etc', join(base, 'repositories', 'outside'));
            await symlink('/etc', join(base, 'repositories', 'app', '_manifests', 'tags', 'outside'));
            const tag = join(base, 'repositories', 'app', '_manifests', 'tags', 'bad', 'current');
            await mkdir(tag, { recursive: true });
            // What it leads to would be a sound link.
            const outside = join(base, 'outside');
            await writeFile(outside, buildImage().manifest.digest);
            await symlink(outside, join(tag, 'link'));
          },
          ['symbolic-link', 'symbolic-link', 'unreadable'],
        ],
        [
          'names that are none',
          async (volume) => {
            await volume.writeLayer('UPPER/app', absent);
            await volume.writeFile(`repositories/app/_layers/md5/${'0'.repeat(32)}/link`, 'x');
            await volume.writeFile('repositories/app/_layers/sha256/ABC/link', 'x');
            await volume.writeFile('repositories/app/_manifests/tags/-bad/current/link', absent);
          },
          ['name-invalid', 'name-invalid', 'name-invalid', 'name-invalid'],
        ],
        [
          'a tag without a link',
          ({ base }) =>
            mkdir(join(base, 'repositories/app/_manifests/tags/bad/current'), { recursive: true }),
          ['tag-dangling'],
        ],
        [
          'files where directories should be, which are passed over',
          async (volume) => {
            await volume.writeFile('repositories/.DS_Store', '');
            await volume.writeFile('repositories/app/notes', '');
            await volume.writeFile('repositories/flat/_manifests', '');
          },
          [],
        ],
      ];
    for (const [title, damage, expected] of cases) {
      test(title, async () => {
        await using registry = await openRegistry();
        const volume = createRegistry2Tree(registry.root);
        await volume.writeImage('app', buildImage(), 'good');
        await volume.writeImage('zoo', buildImage({ seed: 2 }), 'good');
        await damage(volume);
        const { problems, counts, reportFile } = await adopt(registry);
        assert.deepEqual(problems.map(({ kind }) => kind).sort(), expected);
        assert.equal(counts.problems, expected.length);
        assert.deepEqual(Object.keys(await adoptedTypes(registry)), ['good']);
        const facts = await readFacts(registry.db);
        assert.equal(facts.tags?.length, 2);
        assert.equal(facts.blobs?.length, 4);
        const warnings = registry.log.entries.filter(({ level }) => level === 'warn');
        assert.equal(warnings.length, expected.length);
        const lines = await readFile(reportFile, 'utf8').catch(() => '');
        const reported = lines.split('\n').filter((line) => line !== '');
        assert.deepEqual(
          reported.map((line) => JSON.parse(line)),
          problems,
        );
      });
    }
  });
});
