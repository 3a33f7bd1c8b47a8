import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { filesystemLayout } from '../../blob/index.ts';
import { type Digest, parseRepositoryName, parseTag, type Reference } from '../../oci/index.ts';
import { type BuiltImage, buildImage } from '../../testing/build-image.ts';
import { filesBelow } from '../../testing/files-below.ts';
import { type OpenRegistry, openRegistry } from '../../testing/open-registry.ts';
import { deleteBlob, deleteManifest } from '../delete.ts';
import { addBlobToRepository } from '../push-blob.ts';
import { pushManifest } from '../push-manifest.ts';
import { type LinkTree, noLinkTree } from './link-tree.ts';
import { createTrail } from './trail.ts';

const repository = parseRepositoryName('team/app');
const byTag = (name: string): Reference => ({ kind: 'tag', tag: parseTag(name) });
const byDigest = (digest: Digest): Reference => ({ kind: 'digest', digest });
const place = (digest: Digest) => digest.replace(':', '/');

async function push(registry: OpenRegistry, image: BuiltImage, ...tags: string[]): Promise<void> {
  for (const { digest, bytes } of image.blobs) {
    await registry.blobs.put(digest, bytes);
    await addBlobToRepository(registry.context, repository, { digest, sizeBytes: bytes.byteLength });
  }
  const { content, mediaType } = image.manifest;
  for (const tag of tags) {
    const reference = byTag(tag);
    await pushManifest(registry.context, {
      repository,
      reference,
      tags: [],
      contentType: mediaType,
      content,
      sparse: false,
    });
  }
}

const links = ({ root }: OpenRegistry) => filesBelow(join(root, 'docker/registry/v2/repositories/team/app'));
const readLinkText = ({ root }: OpenRegistry, path: string) =>
  readFile(join(root, 'docker/registry/v2/repositories/team/app', path), 'latin1');

async function pushWithManyTags(registry: OpenRegistry): Promise<void> {
  const image = buildImage();
  await push(registry, image, 'first');
  const { content, mediaType, digest } = image.manifest;
  await pushManifest(registry.context, {
    repository,
    reference: byDigest(digest),
    tags: Array.from({ length: 400 }, (_, index) => parseTag(`t${index}`)),
    contentType: mediaType,
    content,
    sparse: false,
  });
}

describe('trail', () => {
  test('after a push the tree is as registry:2 would have written it', async () => {
    await using registry = await openRegistry();
    const image = buildImage({ layers: 2 });
    const { digest, content } = image.manifest;
    await push(registry, image, '1.0');
    assert.equal(await registry.trail.lag(), 5);
    await registry.trail.flush();
    assert.equal(await registry.trail.lag(), 0);

    const expected = [
      ...image.blobs.map((blob) => `_layers/${place(blob.digest)}/link`),
      `_manifests/revisions/${place(digest)}/link`,
      '_manifests/tags/1.0/current/link',
      `_manifests/tags/1.0/index/${place(digest)}/link`,
    ];
    assert.deepEqual(await links(registry), expected.sort());
    assert.equal(await readLinkText(registry, '_manifests/tags/1.0/current/link'), digest);
    const path = filesystemLayout(registry.root).blobPath(digest);
    assert.ok(content.equals(await readFile(path)), 'the manifest is a blob as well');
    const link = await stat(
      join(registry.root, 'docker/registry/v2/repositories/team/app', expected[0] ?? ''),
    );
    assert.equal(link.mode & 0o777, 0o644 & ~process.umask());
    assert.equal(Math.round(link.mtimeMs), registry.clock.now());
  });

  test('a tag that moved points at the new manifest and remembers the old', async () => {
    await using registry = await openRegistry();
    const [first, second] = [buildImage({ seed: 1 }), buildImage({ seed: 2 })];
    await push(registry, first, 'latest');
    await registry.trail.flush();
    registry.clock.advance(5000);
    await push(registry, second, 'latest');
    await registry.trail.flush();
    assert.equal(await readLinkText(registry, '_manifests/tags/latest/current/link'), second.manifest.digest);
    const hexes = await readdir(
      join(registry.root, 'docker/registry/v2/repositories/team/app/_manifests/tags/latest/index/sha256'),
    );
    assert.equal(hexes.length, 2);
  });

  test('deletions remove what registry:2 removes, and no more', async () => {
    await using registry = await openRegistry();
    const [kept, gone] = [buildImage({ seed: 1 }), buildImage({ seed: 2 })];
    await push(registry, kept, 'a', 'b');
    await push(registry, gone, 'c', 'd');
    await registry.trail.flush();
    await deleteManifest(registry.context, { repository, reference: byTag('b') });
    await deleteManifest(registry.context, { repository, reference: byDigest(gone.manifest.digest) });
    const [config] = gone.blobs;
    assert.ok(config);
    await deleteBlob(registry.context, repository, config.digest);
    await registry.trail.flush();

    const left = (await links(registry)).join('\n');
    assert.ok(left.includes('_manifests/tags/a/current/link'));
    for (const path of ['tags/b', 'tags/c', 'tags/d', `revisions/${place(gone.manifest.digest)}`]) {
      assert.ok(!left.includes(path), path);
    }
    assert.ok(!left.includes(place(config.digest)));
    assert.ok(await registry.blobs.find(config.digest), 'bytes stay');
  });

  test('changes are followed to the present state, however often they are repeated', async () => {
    await using registry = await openRegistry();
    const image = buildImage();
    await push(registry, image, 'x', 'y');
    await deleteManifest(registry.context, { repository, reference: byTag('x') });
    const changes = await registry.db.reads.selectFrom('tree_change').selectAll().execute();
    await registry.trail.flush();
    const before = await links(registry);
    await registry.db.transaction((trx) => trx.insertInto('tree_change').values(changes).execute());
    await registry.trail.flush();
    assert.deepEqual(await links(registry), before);
    assert.ok(before.includes('_manifests/tags/y/current/link'));
    assert.ok(!before.includes('_manifests/tags/x/current/link'));
  });

  test('a copy of a manifest that was cut short is written again', async () => {
    await using registry = await openRegistry();
    const image = buildImage();
    await push(registry, image, 'x');
    await registry.trail.flush();
    const path = filesystemLayout(registry.root).blobPath(image.manifest.digest);
    await writeFile(path, image.manifest.content.subarray(0, 10));
    await push(registry, image, 'x');
    await registry.trail.flush();
    assert.ok(image.manifest.content.equals(await readFile(path)));
  });

  test('poke follows in the background; another start follows what the last one left', async () => {
    await using registry = await openRegistry();
    await push(registry, buildImage(), 'x');
    await registry.trail.close();
    const { promise: followed, resolve } = Promise.withResolvers<void>();
    const tree: LinkTree = {
      async write(changes) {
        const answers = await registry.tree.write(changes);
        if (changes.some(({ key }) => key.kind === 'tag')) resolve();
        return answers;
      },
    };
    await using trail = createTrail({ ...registry, tree });
    trail.poke();
    trail.poke();
    await followed;
    await trail.flush();
    assert.equal(await trail.lag(), 0);
    assert.ok((await links(registry)).includes('_manifests/tags/x/current/link'));
  });

  test('pushes that go on put it off, though not beyond ten seconds', async (t) => {
    await using registry = await openRegistry();
    let looks = 0;
    const db: typeof registry.db = {
      ...registry.db,
      get reads() {
        looks += 1;
        return registry.db.reads;
      },
    };
    let now = 0;
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await using trail = createTrail({ ...registry, db, now: () => now });
    const looksAfter = async (ms: number) => {
      now += ms;
      t.mock.timers.tick(ms);
      await new Promise((resolve) => setImmediate(resolve));
      return looks;
    };
    for (let waited = 0; waited < 9_000; waited += 500) {
      trail.poke();
      assert.equal(await looksAfter(500), 0);
    }
    trail.poke();
    assert.ok((await looksAfter(500)) > 0);
  });

  test('what cannot be followed is logged once, holds up nothing else, is tried again and is not lost', async () => {
    await using registry = await openRegistry();
    await push(registry, buildImage(), 'x', 'y');
    let fails = true;
    const { promise: healed, resolve } = Promise.withResolvers<void>();
    const tree: LinkTree = {
      async write(changes) {
        if (!fails) resolve();
        const answers = await registry.tree.write(
          changes.filter(({ key }) => !fails || key.kind !== 'revision'),
        );
        const written = answers.values();
        return changes.map(({ key }) =>
          fails && key.kind === 'revision' ? new Error('no space') : written.next().value,
        );
      },
    };
    await using trail = createTrail({ ...registry, tree });
    await assert.rejects(trail.flush(), /no space/);
    const left = await registry.db.reads.selectFrom('tree_change').select('kind').execute();
    assert.deepEqual(
      left.map(({ kind }) => kind),
      ['revision', 'revision'],
      'the rest was followed',
    );
    await assert.rejects(trail.flush(), /no space/);
    fails = false;
    await healed;
    await trail.flush();
    assert.equal(await trail.lag(), 0);
    const errors = registry.log.entries.filter(({ level }) => level === 'error');
    assert.equal(errors.length, 1);
    assert.ok((await links(registry)).some((path) => path.startsWith('_manifests/revisions')));
  });

  test('a thread that ends while it writes: logged once, tried again, nothing is lost', async () => {
    await using registry = await openRegistry();
    const image = buildImage();
    await push(registry, image, 'x');
    const threads = channel('worker_threads');
    const end = (message: unknown) => void (message as { worker: Worker }).worker.terminate();
    threads.subscribe(end);
    await assert.rejects(registry.trail.flush(), { name: 'TreeError', code: 'tree-unavailable' });
    threads.unsubscribe(end);
    assert.equal(await registry.trail.lag(), 4);
    await registry.trail.flush();
    assert.equal(await registry.trail.lag(), 0);
    assert.equal((await links(registry)).length, 5);
    assert.equal(registry.log.entries.filter(({ level }) => level === 'error').length, 1);
  });

  test('more changes than are read at once are all followed', async () => {
    await using registry = await openRegistry();
    await pushWithManyTags(registry);
    await using trail = createTrail({ ...registry, tree: noLinkTree });
    await trail.flush();
    assert.equal(await trail.lag(), 0);
  });

  test('closing waits for what is being written, and leaves the rest', async () => {
    await using registry = await openRegistry();
    await pushWithManyTags(registry);
    const all = await registry.trail.lag();
    const begun = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    let isClosed = false;
    const tree: LinkTree = {
      async write(changes) {
        begun.resolve();
        await written.promise;
        assert.equal(isClosed, false);
        return noLinkTree.write(changes);
      },
    };
    const trail = createTrail({ ...registry, tree });
    const flushed = trail.flush();
    await begun.promise;
    const closing = trail.close().then(() => {
      isClosed = true;
    });
    await registry.db.reads.selectFrom('tree_change').select('id').execute();
    written.resolve();
    await closing;
    await flushed;
    const left = await trail.lag();
    assert.ok(left > 0 && left < all, `${left} of ${all} left`);
  });
});
