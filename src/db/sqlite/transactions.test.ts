import assert from 'node:assert/strict';
import { fdatasync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { DbError } from '../db-error.ts';
import { createCheckpoints } from './checkpoints.ts';
import { openSqliteConnection } from './connection.ts';
import { writeDialect } from './dialect.ts';
import { createLogSync } from './log-sync.ts';
import { createTransactions } from './transactions.ts';

/** Transactions on a real file; the disk syncs when the test says so, and statements fail where it says. */
async function open() {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'test.db');
  const real = openSqliteConnection({ file, readOnly: false });
  real.execute('CREATE TABLE note (text TEXT)', []);
  const failures = new Map<string, string>();
  const failOnce = (name: string) => {
    const message = failures.get(name);
    failures.delete(name);
    if (message !== undefined) throw new Error(message);
  };
  const connection = {
    ...real,
    execute(statement: string, parameters: readonly unknown[]) {
      failOnce(statement);
      return real.execute(statement, parameters);
    },
    get inTransaction() {
      return real.inTransaction;
    },
  };
  const syncs: { end(): void; fail(): void }[] = [];
  let descriptor = -1;
  const log = createLogSync({
    file,
    syncFile(opened, done) {
      descriptor = opened;
      syncs.push({ end: () => fdatasync(opened, done), fail: () => done(new Error('EIO')) });
    },
  });
  const checkpoints = createCheckpoints(file);
  const transactions = createTransactions({
    file,
    connection,
    log,
    checkpoints: {
      ...checkpoints,
      async run(request) {
        failOnce(request);
        return checkpoints.run(request);
      },
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: there is no schema
  const db = new Kysely<any>({ dialect: writeDialect(transactions, file) });
  const reader = new DatabaseSync(file, { readOnly: true });
  return {
    file,
    syncs,
    failures,
    /** Writes each text in one transaction; 'throw' throws. */
    run: (...texts: string[]) =>
      db.transaction().execute(async (trx) => {
        for (const text of texts) {
          if (text === 'throw') throw new Error('own fault');
          await sql`INSERT INTO note VALUES (${text})`.execute(trx);
        }
      }),
    /** As other connections see it, durable or not. */
    notes: () =>
      reader
        .prepare('SELECT text FROM note')
        .all()
        .map(({ text }) => String(text)),
    changeLog: () => writeSync(descriptor, Buffer.alloc(16, 1), 0, 16, 64),
    async [Symbol.asyncDispose]() {
      reader.close();
      await transactions.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

type Scene = Awaited<ReturnType<typeof open>>;

/** Ends syncs as they come, until `work` is done. */
async function whileSyncing<Result>(scene: Scene, work: Promise<Result>): Promise<Result> {
  const timer = setInterval(() => scene.syncs.shift()?.end(), 1);
  return work.finally(() => clearInterval(timer));
}

async function untilSyncs(scene: Scene): Promise<{ end(): void; fail(): void }> {
  for (;;) {
    const sync = scene.syncs.shift();
    if (sync) return sync;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const outcomes = async (all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map((one) => (one.status === 'fulfilled' ? 'kept' : one.reason.message));

const unavailable = (error: unknown) => error instanceof DbError && error.code === 'database-unavailable';

test('a commit is told only after a sync that began after it', async () => {
  await using scene = await open();
  const told: string[] = [];
  const first = scene.run('a').then(() => told.push('a'));
  const sync = await untilSyncs(scene);
  const second = scene.run('b').then(() => told.push('b'));
  await turns(5);
  assert.deepEqual(scene.notes(), ['a', 'b']);
  assert.deepEqual(told, []);
  sync.end();
  await first;
  await turns(5);
  assert.deepEqual(told, ['a']);
  (await untilSyncs(scene)).end();
  await second;
});

test('those who commit during a sync share the next', async () => {
  await using scene = await open();
  const first = scene.run('a');
  const sync = await untilSyncs(scene);
  const others = Array.from({ length: 20 }, (_, index) => scene.run(`b${index}`));
  await turns(50);
  sync.end();
  (await untilSyncs(scene)).end();
  await Promise.all([first, ...others]);
  assert.deepEqual(scene.syncs, []);
});

test('a transaction that throws takes back its own statements and nobody else’s', async () => {
  await using scene = await open();
  const all = [scene.run('a'), scene.run('b', 'throw'), scene.run('c'), scene.run('d', 'throw')];
  assert.deepEqual(await whileSyncing(scene, outcomes(all)), ['kept', 'own fault', 'kept', 'own fault']);
  assert.deepEqual(scene.notes(), ['a', 'c']);
});

test('a transaction that throws says so only once what it saw of others is durable', async () => {
  await using scene = await open();
  let isDurable = false;
  const first = scene.run('a');
  const refused = scene.run('throw').catch(() => assert.ok(isDurable, 'told before'));
  const sync = await untilSyncs(scene);
  await turns(5);
  isDurable = true;
  sync.end();
  await Promise.all([first, refused]);
});

test('a sync that fails fails all who wait, also those who committed during it or are about to', async () => {
  await using scene = await open();
  const first = scene.run('a');
  const sync = await untilSyncs(scene);
  const during = scene.run('b', 'c');
  const refused = scene.run('throw');
  await turns(5);
  sync.fail();
  const reasons = await Promise.all([first, during, refused].map((one) => one.catch((error) => error)));
  assert.ok(reasons.every(unavailable), String(reasons));
  assert.deepEqual(scene.syncs, []);
});

test('after a sync that failed, the log is brought into the database before anything else is committed', async () => {
  await using scene = await open();
  const failed = scene.run('a');
  (await untilSyncs(scene)).fail();
  await assert.rejects(failed, unavailable);
  scene.failures.set('truncate', 'EIO');
  await assert.rejects(scene.run('b'), unavailable);
  scene.failures.set('BEGIN IMMEDIATE', 'stop here');
  await assert.rejects(scene.run('c'), /stop here/);
  assert.equal(statSync(`${scene.file}-wal`).size, 0);
  await whileSyncing(scene, scene.run('d'));
  // What nobody was told may be there or not.
  assert.deepEqual(scene.notes(), ['a', 'd']);
});

test('a log that is not read as it was written when its sync failed is not used again', async () => {
  await using scene = await open();
  const failed = scene.run('a');
  (await untilSyncs(scene)).fail();
  await assert.rejects(failed, unavailable);
  scene.changeLog();
  await assert.rejects(scene.run('b'), /Restart the server/);
  await assert.rejects(scene.run('c'), /Restart the server/);
});

for (const statement of ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']) {
  test(`${statement} fails → its transaction fails, nothing of it stays, the next ones are whole`, async () => {
    await using scene = await open();
    scene.failures.set(statement, 'broken');
    const first = statement === 'ROLLBACK' ? scene.run('a', 'throw') : scene.run('a');
    // Begun when the first learns of its failure, with several statements, so that a stray rollback would hit it.
    const later = first.catch(() => scene.run('b', 'c'));
    const waiting = scene.run('d', 'e');
    const all = await whileSyncing(scene, outcomes([first, later, waiting]));
    assert.deepEqual(all.slice(1), ['kept', 'kept']);
    assert.notEqual(all[0], 'kept');
    assert.deepEqual(scene.notes().toSorted(), ['b', 'c', 'd', 'e']);
  });
}
