import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ladingPaths, openStorage } from '../../src/app/index.ts';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { buildImage, startAccountsServer, temporaryFolder } from '../../src/testing/index.ts';

const folder = join(import.meta.dirname, 'releases');
const image = buildImage({ seed: 1 });

/** A data root as the release left it. */
async function layOut(release: string, root: string): Promise<string> {
  const { database } = ladingPaths(root);
  await mkdir(dirname(database), { recursive: true });
  const db = new DatabaseSync(database);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF');
  db.exec(await readFile(join(folder, release), 'utf8'));
  db.close();
  for (const { digest, bytes } of image.blobs) {
    const hex = digest.replace('sha256:', '');
    const at = join(root, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex);
    await mkdir(at, { recursive: true });
    await writeFile(join(at, 'data'), bytes);
  }
  return database;
}

async function assertServes(root: string): Promise<void> {
  await using server = await startAccountsServer({
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: root,
    REGISTRY_STORAGE: 'filesystem',
  });
  const as = server.root;
  for (const tag of ['1.0', 'latest', image.manifest.digest]) {
    const { status, body } = await server.api(`GET /v2/team/app/manifests/${tag}`, { as });
    assert.equal(status, 200, body.toString());
    assert.deepEqual(body, image.manifest.content);
  }
  for (const { digest, bytes } of image.blobs) {
    const { status, body } = await server.api(`GET /v2/team/app/blobs/${digest}`, { as });
    assert.equal(status, 200);
    assert.deepEqual(body, bytes);
  }
  await server.storage.db.assertSound();
  const repositories = await server.storage.db.reads.selectFrom('repository').select('name').execute();
  assert.deepEqual(
    repositories.map(({ name }) => name),
    ['team/app'],
  );
  // Private, and the administrators', until somebody says whose it is.
  assert.equal((await server.api('GET /api/v1/repositories/team/app')).status, 401);
}

for (const release of (await readdir(folder)).filter((name) => name.endsWith('.sql'))) {
  test(`${release}: opened by this program, all is there, served, and kept as it was beside`, async () => {
    await using root = await temporaryFolder();
    const database = await layOut(release, root.path);
    await assertServes(root.path);
    const copies = (await readdir(dirname(database))).filter((name) => name.includes('.before-'));
    assert.equal(copies.length, 1, copies.join());
    const copy = new DatabaseSync(join(dirname(database), copies[0] ?? ''), { readOnly: true });
    const steps = copy.prepare('SELECT count(*) AS n FROM schema_migration').get();
    const tags = copy.prepare('SELECT count(*) AS n FROM tag').get();
    copy.close();
    assert.deepEqual([Number(steps?.n) >= 1, tags?.n], [true, 2]);
    // Once more, with nothing to do.
    const storage = { kind: 'filesystem' as const, root: root.path };
    await using again = await openStorage({
      storage,
      exclusive: true,
      clock: systemClock,
      log: silentLogger,
    });
    await again.db.assertSound();
    assert.deepEqual(
      (await readdir(dirname(database))).filter((name) => name.includes('.before-')),
      copies,
    );
  });
}

test('killed in the middle of migrating, before the commit: nothing has changed, and the next start migrates', async () => {
  await using root = await temporaryFolder();
  const database = await layOut('registry.sql', root.path);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'die-while-migrating.ts'), database]);
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL');
  const db = new DatabaseSync(database);
  const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE name IN ('account', 'audit_entry')`).all();
  const steps = db.prepare('SELECT name FROM schema_migration').all();
  db.close();
  assert.deepEqual(tables, []);
  assert.deepEqual(
    steps.map(({ name }) => name),
    ['distribution-001-registry'],
  );
  await assertServes(root.path);
});
