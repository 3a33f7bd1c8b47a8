import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { sql } from 'kysely';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { Migration } from '../database.ts';
import { DbError, type DbErrorCode } from '../db-error.ts';
import { openSqlite } from './open-sqlite.ts';

interface Tables {
  account: { name: string; amount: number };
}

const first: Migration = {
  name: 'test-001-account',
  async up(db) {
    await sql`CREATE TABLE account (name TEXT PRIMARY KEY, amount INTEGER NOT NULL CHECK (amount >= 0))`.execute(
      db,
    );
    await sql`INSERT INTO account VALUES ('a', 100), ('b', 0)`.execute(db);
  },
};

const openIn = (folder: { path: string }, migrations: readonly Migration[] = [first]) =>
  openSqlite<Tables>({ file: join(folder.path, 'deeper', 'test.db'), migrations });

type Db = Awaited<ReturnType<typeof openIn>>;

const amountOf = async (db: Pick<Db, 'reads'>, name: string) =>
  (await db.reads.selectFrom('account').select('amount').where('name', '=', name).executeTakeFirst())?.amount;

function failsWith(code: DbErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof DbError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, /\S/);
    return true;
  };
}

/** Moves `amount` from a to b; throws when a would fall below 0. */
const move = (db: Db, amount: number, fault?: Error) =>
  db.transaction(async (trx) => {
    const { amount: left } = await trx
      .selectFrom('account')
      .select('amount')
      .where('name', '=', 'a')
      .executeTakeFirstOrThrow();
    await trx
      .updateTable('account')
      .set({ amount: left - amount })
      .where('name', '=', 'a')
      .execute();
    if (fault) throw fault;
    await trx
      .updateTable('account')
      .set((row) => ({ amount: row('amount', '+', amount) }))
      .where('name', '=', 'b')
      .execute();
  });

const second: Migration = {
  name: 'test-002-owner',
  async up(db) {
    await sql`ALTER TABLE account ADD COLUMN owner TEXT NOT NULL DEFAULT 'nobody'`.execute(db);
  },
};

test('a new step changes the database and keeps a copy of it as it was', async () => {
  await using folder = await temporaryFolder();
  {
    await using db = await openIn(folder);
    await move(db, 30);
  }
  await using db = await openIn(folder, [first, second]);
  const { rows } = await sql`SELECT * FROM account ORDER BY name`.execute(db.reads);
  assert.deepEqual(
    rows.map((row) => ({ ...(row as object) })),
    [
      { name: 'a', amount: 70, owner: 'nobody' },
      { name: 'b', amount: 30, owner: 'nobody' },
    ],
  );
  const copy = new DatabaseSync(join(folder.path, 'deeper', 'test.db.before-test-002-owner'));
  assert.deepEqual(
    copy
      .prepare('SELECT * FROM account ORDER BY name')
      .all()
      .map((row) => ({ ...row })),
    [
      { name: 'a', amount: 70 },
      { name: 'b', amount: 30 },
    ],
  );
  copy.close();
});

test('no copy is kept of a new database, nor when there is nothing to change', async () => {
  await using folder = await temporaryFolder();
  for (let time = 0; time < 2; time += 1) await (await openIn(folder)).close();
  assert.deepEqual(
    (await readdir(join(folder.path, 'deeper'))).filter((name) => name.includes('before')),
    [],
  );
});

test('what is committed is seen by reads at once and after opening again', async () => {
  await using folder = await temporaryFolder();
  {
    await using db = await openIn(folder);
    await move(db, 30);
    assert.equal(await amountOf(db, 'b'), 30);
  }
  await using db = await openIn(folder);
  assert.equal(await amountOf(db, 'a'), 70);
});

test('reads do not see what is not committed', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  await db.transaction(async (trx) => {
    await trx.updateTable('account').set({ amount: 1 }).where('name', '=', 'a').execute();
    assert.equal(await amountOf(db, 'a'), 100);
  });
  assert.equal(await amountOf(db, 'a'), 1);
});

test('200 transactions at once, every third failing: none is lost, none is half there, none sees another', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  const fault = new Error('own fault');
  const settled = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => move(db, 1, index % 3 === 0 ? fault : undefined)),
  );
  // 100 find something to take; 50 throw on their own before that, and the rest finds nothing.
  assert.equal(settled.filter((one) => one.status === 'fulfilled').length, 100);
  assert.equal(await amountOf(db, 'a'), 0);
  assert.equal(await amountOf(db, 'b'), 100);
});

test('a violated constraint is the caller’s to handle, not trouble of the disk', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  await assert.rejects(
    move(db, 101),
    (error: unknown) => !(error instanceof DbError) && error instanceof Error,
  );
});

test('reads cannot write, and statements outside of a transaction are not possible', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  await assert.rejects(db.reads.deleteFrom('account').execute());
  await assert.rejects(
    db.reads.transaction().execute(async () => {}),
    /only reads/,
  );
  assert.equal(await amountOf(db, 'a'), 100);
});

test('bytes come back as they went in: empty, 5 MB, NUL in text', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  for (const bytes of [new Uint8Array(), new Uint8Array(5_000_000).fill(7)]) {
    const { rows } = await db.transaction((trx) =>
      sql<{ it: Uint8Array }>`SELECT ${bytes} AS it`.execute(trx),
    );
    assert.ok(Buffer.from(rows[0]?.it ?? []).equals(bytes));
  }
  const { rows } = await sql<{ it: string }>`SELECT ${'a\0b'} AS it`.execute(db.reads);
  assert.equal(rows[0]?.it, 'a\0b');
});

test('migrations run once, in the order of their names', async () => {
  await using folder = await temporaryFolder();
  const ran: string[] = [];
  const step = (name: string): Migration => ({ name, up: async () => void ran.push(name) });
  await (await openIn(folder, [step('test-002'), step('test-001')])).close();
  await (await openIn(folder, [step('test-001'), step('test-002'), step('test-003')])).close();
  assert.deepEqual(ran, ['test-001', 'test-002', 'test-003']);
});

test('a migration that fails leaves the database as it was', async () => {
  await using folder = await temporaryFolder();
  await (await openIn(folder)).close();
  const half: Migration = {
    name: 'test-002-half',
    async up(db) {
      await sql`DELETE FROM account`.execute(db);
      throw new Error('half-way');
    },
  };
  await assert.rejects(openIn(folder, [first, half]), /half-way/);
  await using db = await openIn(folder);
  assert.equal(await amountOf(db, 'a'), 100);
});

test('a database of a newer program → database-newer, and it is not touched', async () => {
  await using folder = await temporaryFolder();
  const newer: Migration = { name: 'test-999-later', up: async () => {} };
  await (await openIn(folder, [first, newer])).close();
  await assert.rejects(openIn(folder), failsWith('database-newer'));
  await using db = await openIn(folder, [first, newer]);
  assert.equal(await amountOf(db, 'a'), 100);
});

test('a database of an older program is brought up to date, but not while others may use it', async () => {
  await using folder = await temporaryFolder();
  const later: Migration = { name: 'test-002-later', up: async () => {} };
  await (await openIn(folder)).close();
  const file = join(folder.path, 'deeper', 'test.db');
  const migrations = [first, later];
  await assert.rejects(openSqlite({ file, migrations, shared: true }), failsWith('database-older'));
  await (await openSqlite({ file, migrations })).close();
  await (await openSqlite({ file, migrations, shared: true })).close();
});

test('a database that has tables it says it has not → database-corrupt', async () => {
  await using folder = await temporaryFolder();
  {
    await using db = await openIn(folder);
    await db.transaction((trx) => sql`DELETE FROM schema_migration`.execute(trx));
  }
  await assert.rejects(openIn(folder), failsWith('database-corrupt'));
});

test('a file that is no database → database-corrupt, and its bytes stay', async () => {
  await using folder = await temporaryFolder();
  await (await openIn(folder)).close();
  const file = join(folder.path, 'deeper', 'test.db');
  const garbage = Buffer.alloc(8192, 'not a database ');
  await writeFile(file, garbage);
  await assert.rejects(openIn(folder), failsWith('database-corrupt'));
  assert.ok(garbage.equals(await readFile(file)));
});

test('damaged pages in the middle of the file → database-corrupt when they are read or written', async () => {
  await using folder = await temporaryFolder();
  const fill: Migration = {
    name: 'test-002-fill',
    up: async (db) => {
      await sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO account SELECT 'account ' || i, i FROM n`.execute(db);
    },
  };
  await (await openIn(folder, [first, fill])).close();
  const file = join(folder.path, 'deeper', 'test.db');
  const bytes = await readFile(file);
  await writeFile(file, bytes.fill(0xff, 4096 * 4));
  await using db = await openIn(folder, [first, fill]);
  await assert.rejects(db.reads.selectFrom('account').selectAll().execute(), failsWith('database-corrupt'));
  await assert.rejects(
    db.transaction((trx) => trx.updateTable('account').set({ amount: 1 }).execute()),
    failsWith('database-corrupt'),
  );
});

test('a full-text index that is damaged where it says its format → database-corrupt, not a fault of the program', async () => {
  await using folder = await temporaryFolder();
  const text: Migration = {
    name: 'test-002-text',
    up: async (db) => void (await sql`CREATE VIRTUAL TABLE words USING fts5 (word)`.execute(db)),
  };
  await (await openIn(folder, [first, text])).close();
  const damaging = new DatabaseSync(join(folder.path, 'deeper', 'test.db'), { defensive: false });
  damaging.exec(`UPDATE words_config SET v = 0 WHERE k = 'version'`);
  damaging.close();
  await using db = await openIn(folder, [first, text]);
  await assert.rejects(sql`SELECT * FROM words`.execute(db.reads), failsWith('database-corrupt'));
});

test('a place that cannot be opened → database-unavailable', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'folder.db', 'x');
  await (await openSqlite<Tables>({ file, migrations: [] })).close();
  const options = { file: join(folder.path, 'folder.db'), migrations: [] };
  await assert.rejects(openSqlite<Tables>(options), failsWith('database-unavailable'));
});

test('a full database → database-full for who asked, and the next smaller transaction works', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  await db.transaction((trx) => sql`PRAGMA max_page_count = 30`.execute(trx));
  const fill = (bytes: number) =>
    db.transaction((trx) =>
      trx
        .insertInto('account')
        .values({ name: 'x'.repeat(bytes), amount: 1 })
        .execute(),
    );
  const settled = await Promise.allSettled([fill(10), fill(1_000_000), fill(11)]);
  const reasons = settled.map((one) => (one.status === 'rejected' ? one.reason : undefined));
  assert.ok(failsWith('database-full')(reasons[1]));
  // The first shared the commit with the one that filled the disk, or was committed before it.
  assert.ok(reasons[0] === undefined || failsWith('database-full')(reasons[0]));
  assert.equal(reasons[2], undefined);
  assert.equal(await amountOf(db, 'x'.repeat(11)), 1);
  assert.equal(await amountOf(db, 'x'.repeat(10)), reasons[0] === undefined ? 1 : undefined);
});

test('a full disk in the middle of statements sent together: none of them stays', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  await db.transaction((trx) => sql`PRAGMA max_page_count = 30`.execute(trx));
  const names = ['small', 'x'.repeat(1_000_000), 'late'];
  await assert.rejects(
    db.transaction((trx) =>
      Promise.all(names.map((name) => trx.insertInto('account').values({ name, amount: 1 }).execute())),
    ),
    failsWith('database-full'),
  );
  // What came after the one that failed found no transaction any more, and must not have been one of its own.
  for (const name of ['small', 'late']) assert.equal(await amountOf(db, name), undefined);
  await move(db, 1);
});

test('a parameter that cannot be sent to the writing thread fails its transaction alone', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  const insert = (name: unknown) =>
    db.transaction((trx) => sql`INSERT INTO account VALUES (${name}, 1)`.execute(trx));
  await assert.rejects(insert(Symbol('not to be sent')), { name: 'DataCloneError' });
  await insert('later');
  assert.equal(await amountOf(db, 'later'), 1);
});

test('closing twice is fine; what is asked for afterwards is refused', async () => {
  await using folder = await temporaryFolder();
  const db = await openIn(folder);
  await db.close();
  await db.close();
  await assert.rejects(move(db, 1));
  await assert.rejects(amountOf(db, 'a'));
});

test('commits are synced and foreign keys hold', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  const pragma = (name: string) =>
    db.transaction(
      async (trx) => Object.values((await sql.raw(`PRAGMA ${name}`).execute(trx)).rows[0] ?? {})[0],
    );
  assert.equal(await pragma('synchronous'), 2);
  assert.equal(await pragma('foreign_keys'), 1);
  assert.equal(await pragma('journal_mode'), 'wal');
});

test('another program that holds the database for a moment is waited for', async () => {
  await using folder = await temporaryFolder();
  await using db = await openIn(folder);
  const other = new DatabaseSync(join(folder.path, 'deeper', 'test.db'));
  other.exec('BEGIN IMMEDIATE');
  const moved = move(db, 5);
  assert.equal(await amountOf(db, 'a'), 100, 'reads do not wait');
  other.exec('COMMIT');
  other.close();
  await moved;
  assert.equal(await amountOf(db, 'a'), 95);
  assert.ok((await stat(join(folder.path, 'deeper', 'test.db-wal'))).size > 0);
});
