import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseRepositoryName, parseTag, type RepositoryName } from '../oci/index.ts';
import { type BuiltImage, buildImage } from '../testing/build-image.ts';
import { filesBelow } from '../testing/files-below.ts';
import { type OpenRegistry, openRegistry, readFacts } from '../testing/open-registry.ts';
import { addBlobToRepository } from './push-blob.ts';
import { pushManifest } from './push-manifest.ts';
import { removeRepository, renameRepository } from './rename-repository.ts';

const [oldName, newName, other] = ['acme/app', 'beta/shop/app', 'acme/other'].map(parseRepositoryName) as [
  RepositoryName,
  RepositoryName,
  RepositoryName,
];

async function push(registry: OpenRegistry, repository: RepositoryName, image: BuiltImage): Promise<void> {
  for (const { digest, bytes } of image.blobs) {
    await registry.blobs.put(digest, bytes);
    await addBlobToRepository(registry.context, repository, { digest, sizeBytes: bytes.byteLength });
  }
  const { content, mediaType } = image.manifest;
  await pushManifest(registry.context, {
    repository,
    reference: { kind: 'tag', tag: parseTag('1.0') },
    tags: [parseTag('latest')],
    contentType: mediaType,
    content,
    sparse: false,
  });
}

const links = (registry: OpenRegistry, name: RepositoryName) =>
  filesBelow(join(registry.root, 'docker/registry/v2/repositories', name)).catch(() => []);

const factsOf = async (registry: OpenRegistry, name: RepositoryName) => {
  const { repositories, ...facts } = await readFacts(registry.db);
  const rows = [facts.blobs, facts.manifests, facts.tags]
    .flatMap((some) => some ?? [])
    .filter((row) => row.includes(`"repository":"${name}"`));
  return { isThere: repositories.some((line) => line.startsWith(`${name} `)), rows: rows.length };
};

describe('rename of a repository', () => {
  test('everything it had is under the new name, nothing under the old, and the link tree follows', async () => {
    await using registry = await openRegistry();
    await push(registry, oldName, buildImage({ layers: 2 }));
    await registry.trail.flush();
    const before = await links(registry, oldName);
    const had = await factsOf(registry, oldName);
    assert.ok(before.length >= 6 && had.rows >= 6);

    assert.equal(await registry.db.transaction((trx) => renameRepository(trx, oldName, newName)), true);
    assert.deepEqual(await factsOf(registry, newName), had);
    assert.deepEqual(await factsOf(registry, oldName), { isThere: false, rows: 0 });
    await registry.trail.flush();
    assert.deepEqual(await links(registry, newName), before);
    assert.deepEqual(await links(registry, oldName), []);
  });

  test('onto a name that is there → false, and nothing changed', async () => {
    await using registry = await openRegistry();
    await push(registry, oldName, buildImage({ seed: 1 }));
    await push(registry, newName, buildImage({ seed: 2 }));
    await registry.trail.flush();
    const before = await readFacts(registry.db);
    assert.equal(await registry.db.transaction((trx) => renameRepository(trx, oldName, newName)), false);
    assert.deepEqual(await readFacts(registry.db), before);
    assert.equal(await registry.trail.lag(), 0);
  });

  test('of nothing → true: there is nothing that would have to move', async () => {
    await using registry = await openRegistry();
    assert.equal(await registry.db.transaction((trx) => renameRepository(trx, oldName, newName)), true);
    assert.deepEqual(await factsOf(registry, newName), { isThere: false, rows: 0 });
  });

  test('back and forth before the tree followed → the tree is as the facts are', async () => {
    await using registry = await openRegistry();
    await push(registry, oldName, buildImage());
    await registry.db.transaction((trx) => renameRepository(trx, oldName, newName));
    await registry.db.transaction((trx) => renameRepository(trx, newName, oldName));
    await registry.trail.flush();
    assert.ok((await links(registry, oldName)).length >= 4);
    assert.deepEqual(await links(registry, newName), []);
  });
});

describe('removal of a repository', () => {
  test('takes its facts and links, and leaves those of others with the same blobs', async () => {
    await using registry = await openRegistry();
    const image = buildImage();
    await push(registry, oldName, image);
    await push(registry, other, image);
    await registry.trail.flush();
    const kept = { facts: await factsOf(registry, other), links: await links(registry, other) };

    assert.equal(await registry.db.transaction((trx) => removeRepository(trx, oldName)), true);
    await registry.trail.flush();
    assert.deepEqual(await factsOf(registry, oldName), { isThere: false, rows: 0 });
    assert.deepEqual(await links(registry, oldName), []);
    assert.deepEqual({ facts: await factsOf(registry, other), links: await links(registry, other) }, kept);
    for (const { digest } of image.blobs) assert.ok(await registry.blobs.find(digest));
  });

  test('of nothing → false', async () => {
    await using registry = await openRegistry();
    assert.equal(await registry.db.transaction((trx) => removeRepository(trx, oldName)), false);
  });
});
