import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ladingPaths } from '../app/index.ts';
import { acquireRootLock } from '../db/index.ts';
import { createFilesystemLinkTree, createTrail } from '../distribution/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { ask } from '../testing/index.ts';
import { type FilledRegistry, startFilledRegistry } from './suite/filled-registry.ts';
import { parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading rm', () => {
  let registry: FilledRegistry;
  beforeEach(async () => {
    registry = await startFilledRegistry();
  });
  afterEach(() => registry[Symbol.asyncDispose]());
  const rm = (...args: string[]) => runLading(['rm', '--root', registry.root, ...args]);
  const status = async (reference: string, repository = 'team/app') =>
    (await ask(registry.server, `GET /v2/${repository}/manifests/${reference}`)).status;
  const tagFolder = (tag: string) =>
    join(registry.root, 'docker/registry/v2/repositories/team/app/_manifests/tags', tag);

  async function writeLinks(): Promise<void> {
    const { db, blobs, root } = registry.server;
    await using trail = createTrail({
      db,
      blobs,
      tree: createFilesystemLinkTree({ root }),
      log: silentLogger,
    });
    await trail.flush();
  }

  it('removes a tag and nothing else; the running server answers 404 for it at once', async () => {
    const { code, out, err } = await spawnLading(['rm', '--root', registry.root, 'team/app:1.0']);
    assert.equal(code, 0);
    assert.equal(out, 'Removed the tag team/app:1.0. Its manifest stays.\n');
    assert.match(err, /^No space is free yet: .*\n$/);
    assert.equal(await status('1.0'), 404);
    assert.equal(await status('latest'), 200);
    assert.equal(await status(registry.image.manifest.digest), 200);
  });

  it('removes a manifest by digest with every tag of it, in this repository only', async () => {
    const { digest } = registry.image.manifest;
    const { code, out } = await rm(`team/app@${digest}`);
    assert.equal(code, 0);
    assert.equal(out, `Removed the manifest team/app@${digest}. With it went its tags 1.0, latest.\n`);
    assert.equal(await status(digest), 404);
    assert.equal(await status('latest'), 404);
    assert.equal(await status('multi'), 200);
  });

  it('goes on after what is not there, says so, and exits with 1', async () => {
    const { code, out, err } = await rm('--json', 'team/app:nope', 'team/app:multi');
    assert.equal(code, 1);
    assert.deepEqual(parseJsonLines(out), [{ removed: 'tag', repository: 'team/app', tags: ['multi'] }]);
    assert.equal(err, 'lading: There is no manifest team/app:nope.\nlading: 1 of 2 could not be removed.\n');
    assert.equal(await status('multi'), 404);
  });

  for (const slip of ['../x', 'team/app', 'team/app:', 'team/app@latest', '']) {
    it(`removes nothing at all when one of the names is ${JSON.stringify(slip)}, and exits with 2`, async () => {
      const { code, err } = await rm('team/app:1.0', slip);
      assert.equal(code, 2);
      assert.match(err, /^lading: [^\n]+\n$/);
      assert.equal(await status('1.0'), 200);
    });
  }

  it('takes the link files away too when no server holds the root', async () => {
    await writeLinks();
    assert.ok(existsSync(tagFolder('1.0')));
    assert.equal((await rm('team/app:1.0')).code, 0);
    assert.ok(!existsSync(tagFolder('1.0')));
    assert.ok(existsSync(tagFolder('latest')));
  });

  it('leaves the link files to the server that holds the root', async () => {
    await writeLinks();
    const lock = await acquireRootLock(ladingPaths(registry.root).lock);
    try {
      assert.equal((await rm('team/app:1.0')).code, 0);
      assert.ok(existsSync(tagFolder('1.0')));
    } finally {
      lock.release();
    }
    await writeLinks();
    assert.ok(!existsSync(tagFolder('1.0')));
  });

  it('refuses while the registry is read-only', async () => {
    const env = { REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED: 'true' };
    const { code, err } = await runLading(['rm', '--root', registry.root, 'team/app:1.0'], { env });
    assert.equal(code, 1);
    assert.match(err, /^lading: The registry is read-only now/);
    assert.equal(await status('1.0'), 200);
  });
});
