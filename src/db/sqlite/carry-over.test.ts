import assert from 'node:assert/strict';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { carryOver } from './carry-over.ts';

function makeDatabase(file: string, ...statements: string[]): void {
  const db = new DatabaseSync(file);
  for (const statement of statements) db.exec(statement);
  db.close();
}

function read(file: string, query: string): unknown[] {
  const db = new DatabaseSync(file);
  try {
    return db
      .prepare(query)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

test('rows come over by the names of columns, save those of excepted, virtual and unknown tables', async () => {
  await using folder = await temporaryFolder();
  const from = join(folder.path, 'from.db');
  const to = join(folder.path, 'to.db');
  makeDatabase(
    from,
    'CREATE TABLE account (name TEXT PRIMARY KEY, gone TEXT, id INTEGER, hash BLOB)',
    `INSERT INTO account VALUES ('ann', 'x', 9007199254740993, x'00ff'), ('bob', 'y', 2, NULL)`,
    'CREATE TABLE tag (name TEXT)',
    `INSERT INTO tag VALUES ('old')`,
    'CREATE TABLE retired (name TEXT)',
    'CREATE VIRTUAL TABLE words USING fts5 (text)',
    `INSERT INTO words VALUES ('hello')`,
  );
  makeDatabase(
    to,
    `CREATE TABLE account (id INTEGER, name TEXT PRIMARY KEY, hash BLOB, added TEXT NOT NULL DEFAULT 'new')`,
    'CREATE TABLE tag (name TEXT)',
    'CREATE TABLE fresh (name TEXT)',
    'CREATE VIRTUAL TABLE words USING fts5 (text)',
  );
  const carried = carryOver({ from, to, except: ['tag'] });
  assert.deepEqual(carried, {
    tables: [
      { name: 'account', rows: 2 },
      { name: 'fresh', rows: 0 },
    ],
    lost: [],
  });
  assert.deepEqual(
    read(to, 'SELECT CAST(id AS TEXT) AS id, name, hex(hash) AS hash, added FROM account ORDER BY name'),
    [
      { id: '9007199254740993', name: 'ann', hash: '00FF', added: 'new' },
      { id: '2', name: 'bob', hash: '', added: 'new' },
    ],
  );
  assert.deepEqual(read(to, 'SELECT * FROM tag'), []);
  assert.deepEqual(read(to, 'SELECT * FROM words'), []);
});

test('of an excepted table come the missing rows that are asked for, with numbers of their own', async () => {
  await using folder = await temporaryFolder();
  const from = join(folder.path, 'from.db');
  const to = join(folder.path, 'to.db');
  const schema = 'CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, used INTEGER)';
  makeDatabase(from, schema, `INSERT INTO thing VALUES (1, 'a', 0), (2, 'b', 0), (3, 'c', 1)`);
  makeDatabase(to, schema, `INSERT INTO thing VALUES (1, 'x', 1), (2, 'a', 1)`);
  const missing = [{ name: 'thing', columns: ['name', 'used'], where: 'used = 0' }];
  assert.deepEqual(carryOver({ from, to, except: ['thing'], missing }).lost, []);
  assert.deepEqual(read(to, 'SELECT * FROM thing ORDER BY id'), [
    { id: 1, name: 'x', used: 1 },
    { id: 2, name: 'a', used: 1 },
    { id: 3, name: 'b', used: 0 },
  ]);
});

test('a damaged table gives what is before the damage, says so, and does not keep the others back', async () => {
  await using folder = await temporaryFolder();
  const from = join(folder.path, 'from.db');
  const to = join(folder.path, 'to.db');
  const schema = ['CREATE TABLE big (n INTEGER PRIMARY KEY, text TEXT)', 'CREATE TABLE small (n INTEGER)'];
  makeDatabase(
    from,
    ...schema,
    'INSERT INTO small VALUES (1)',
    `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000)
       INSERT INTO big SELECT n, hex(randomblob(100)) FROM c`,
  );
  makeDatabase(to, ...schema);
  const { size } = await stat(from);
  await using handle = await open(from, 'r+');
  await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, Math.floor(size / 2 / 4096) * 4096);
  const carried = carryOver({ from, to, except: [] });
  assert.deepEqual(
    carried.lost.map(({ name }) => name),
    ['big'],
  );
  assert.match(carried.lost[0]?.reason ?? '', /malformed/);
  const [{ n }] = read(to, 'SELECT count(*) AS n FROM big') as [{ n: number }];
  assert.ok(n > 0 && n < 2000, String(n));
  assert.deepEqual(read(to, 'SELECT n FROM small'), [{ n: 1 }]);
});
