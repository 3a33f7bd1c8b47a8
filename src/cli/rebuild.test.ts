import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ladingPaths, putAccountsMark } from '../app/index.ts';
import { acquireRootLock } from '../db/index.ts';
import { createFilesystemLinkTree, createTrail } from '../distribution/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { type FilledRegistry, startFilledRegistry } from './suite/filled-registry.ts';
import { parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading rebuild', () => {
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
  const listed = async () => {
    const [repositories, tags] = await Promise.all([
      runLading(['ls', '--json', '--root', registry.root]),
      runLading(['ls', 'team/app', '--json', '--root', registry.root]),
    ]);
    assert.equal(repositories.code, 0);
    return parseJsonLines(repositories.out + tags.out);
  };

  it('makes a database that lists the same as the lost one', async () => {
    const before = await listed();
    const { database } = ladingPaths(registry.root);
    await registry.server.db.close();
    await rm(database);
    const { code, out, err } = await spawnLading(['rebuild', '--root', registry.root]);
    assert.equal(err, '');
    assert.equal(code, 0);
    assert.match(out, /^The database has 2 repositories, 5 manifests, 4 tags, \d+ blob links\.\n$/);
    assert.deepEqual(await listed(), before);
  });

  it('keeps the old database, even a damaged one, and says where', async () => {
    const { database } = ladingPaths(registry.root);
    await registry.server.db.close();
    await writeFile(database, 'no database, but long enough to look like a broken one '.repeat(100));
    const { code, out, err } = await runLading(['rebuild', '--root', registry.root]);
    assert.equal(code, 0);
    const [, kept = ''] = /^The old one is kept as (.*)$/m.exec(out) ?? [];
    assert.ok((await readdir(dirname(database))).map((name) => join(dirname(database), name)).includes(kept));
    assert.match(err, /^The old one could not be read to its end/);
    assert.equal((await listed()).length, 5);
  });

  it('tells what could not be read, and still exits with 0', async () => {
    const revisions = join(registry.root, 'docker/registry/v2/repositories/alone/_manifests/tags/v1/current');
    await writeFile(join(revisions, 'link'), 'nonsense');
    await registry.server.db.close();
    const { code, err } = await runLading(['rebuild', '--root', registry.root]);
    assert.equal(code, 0);
    assert.match(err, /^[a-z-]+: .+\n1 place could not be read and was left out; see .+\n$/);
  });

  for (const [what, spoil] of [
    ['lost', (file: string) => rm(file)],
    ['no database', (file: string) => writeFile(file, 'not one '.repeat(1000))],
  ] as const) {
    it(`exits with 1 and says what to do when the old one, which had accounts, is ${what}`, async () => {
      await putAccountsMark(registry.root);
      await registry.server.db.close();
      await spoil(ladingPaths(registry.root).database);
      const { code, out, err } = await runLading(['rebuild', '--root', registry.root]);
      assert.equal(code, 1);
      assert.match(out, /^The database has 2 repositories/, 'what the files hold is there all the same');
      assert.match(err, /lading: This registry had accounts.*lading admin create NAME\.\n$/);
    });
  }

  it('exits with 0 when the accounts came over', async () => {
    const { database } = ladingPaths(registry.root);
    await registry.server.db.close();
    const options = ['--root', registry.root];
    const made = await runLading(['admin', 'create', 'ada', ...options], {
      input: 'correct horse battery\n',
    });
    assert.equal(made.code, 0, made.err);
    const { code, out, err } = await runLading(['rebuild', ...options]);
    assert.equal(code, 0, err);
    assert.match(out, /rows of accounts, roles and the like came over/);
    await rm(database);
    assert.equal((await runLading(['rebuild', ...options])).code, 1);
  });

  it('gives the outcome as JSON', async () => {
    await registry.server.db.close();
    const [outcome] = parseJsonLines((await runLading(['rebuild', '--json', '--root', registry.root])).out);
    const { counts, problems } = outcome as { counts: { tags: number }; problems: unknown };
    assert.equal(counts.tags, 4);
    assert.deepEqual(problems, []);
  });

  it('does not start while a server holds the root', async () => {
    const lock = await acquireRootLock(ladingPaths(registry.root).lock);
    try {
      const { code, err } = await runLading(['rebuild', '--root', registry.root]);
      assert.equal(code, 1);
      assert.match(err, /^lading: Another lading process uses .* Stop it first\.\n$/);
    } finally {
      lock.release();
    }
  });
});
