import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ladingPaths } from '../app/index.ts';
import { filesystemLayout } from '../blob/index.ts';
import { acquireRootLock } from '../db/index.ts';
import { createFilesystemLinkTree, createTrail } from '../distribution/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { ask, pushImage } from '../testing/index.ts';
import { type FilledRegistry, startFilledRegistry } from './suite/filled-registry.ts';
import { parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading check', () => {
  let registry: FilledRegistry;
  beforeEach(async () => {
    registry = await startFilledRegistry();
    const { db, blobs, root } = registry.server;
    await using trail = createTrail({
      db,
      blobs,
      tree: createFilesystemLinkTree({ root }),
      log: silentLogger,
    });
    await trail.flush();
  });
  afterEach(() => registry[Symbol.asyncDispose]());
  const check = (...args: string[]) => runLading(['check', '--root', registry.root, ...args]);

  function layerOf({ image }: FilledRegistry) {
    const layer = image.blobs[1];
    assert.ok(layer);
    return layer;
  }

  const damage = () =>
    writeFile(filesystemLayout(registry.root).blobPath(layerOf(registry).digest), 'not what it was');

  it('finds a sound registry sound, beside a server, and exits with 0', async () => {
    const { code, out, err } = await spawnLading(['check', '--root', registry.root]);
    assert.equal(err, '');
    assert.equal(code, 0);
    assert.match(
      out,
      /^Read back \d+ blobs \(.* kB\), 5 manifests, 4 tags, \d+ link files: 0 problems, \d+ notes?\.\n/m,
    );
  });

  it('tells a damaged blob and what to do, and exits with 1', async () => {
    await damage();
    const { code, out, err } = await check();
    assert.equal(code, 1);
    assert.match(out, new RegExp(`^problem blob-corrupt .*${layerOf(registry).digest}$`, 'm'));
    assert.match(err, /^lading: \d problems? found\. .* lading check --repair\n$/);
  });

  it('gives findings and report as JSON lines', async () => {
    await damage();
    const { code, out } = await check('--json');
    assert.equal(code, 1);
    const lines = parseJsonLines(out);
    const corrupt = lines.find((line) => line.kind === 'blob-corrupt');
    assert.equal(corrupt?.severity, 'problem');
    assert.equal(corrupt?.digest, layerOf(registry).digest);
    const { report } = lines.at(-1) as { report: Record<string, number> };
    assert.equal(report.manifests, 5);
    assert.ok((report.problems ?? 0) >= 1);
  });

  it('puts a damaged blob aside with --repair, so that a push heals it', async () => {
    await damage();
    const repaired = await check('--repair');
    assert.equal(repaired.code, 1);
    assert.match(repaired.out, /^ {2}Repaired: /m);
    const path = `/v2/team/app/blobs/${layerOf(registry).digest}`;
    assert.equal((await ask(registry.server, `GET ${path}`)).status, 404);
    await pushImage(registry.server, 'team/app', registry.image, '1.0');
    assert.deepEqual((await ask(registry.server, `GET ${path}`)).body, layerOf(registry).bytes);
    assert.equal((await check()).code, 0);
  });

  it('does not repair while a server holds the root', async () => {
    const lock = await acquireRootLock(ladingPaths(registry.root).lock);
    try {
      const { code, err } = await check('--repair');
      assert.equal(code, 1);
      assert.match(err, /^lading: Another lading process uses .* Stop it first\.\n$/);
    } finally {
      lock.release();
    }
  });
});
