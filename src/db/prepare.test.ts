import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { temporaryFolder } from '../testing/index.ts';
import { openSqlite, prepare } from './index.ts';

interface Tables {
  item: { id: number; name: string };
}

test('a prepared query gives what the query gives, for each value and in reads and transactions', async () => {
  await using folder = await temporaryFolder();
  await using db = await openSqlite<Tables>({
    file: `${folder.path}/test.db`,
    migrations: [
      {
        name: 'test-1',
        up: async (all) => void (await sql`CREATE TABLE item (id INT, name TEXT)`.execute(all)),
      },
    ],
  });
  await db.transaction((trx) =>
    trx
      .insertInto('item')
      .values([1, 2, 3].map((id) => ({ id, name: `item ${id}` })))
      .execute(),
  );
  let built = 0;
  const between = prepare((all: Kysely<Tables>, range: { from: number; to: number; not: string }) => {
    built += 1;
    return all
      .selectFrom('item')
      .select('name')
      .where('id', '<=', range.to)
      .where('id', '>=', range.from)
      .where('name', '!=', range.not)
      .where('id', '<', 100)
      .orderBy('id');
  });
  const names = async (all: Kysely<Tables>, from: number, to: number, not = '') =>
    (await between(all, { from, to, not })).map((row) => row.name);
  assert.deepEqual(await names(db.reads, 1, 2), ['item 1', 'item 2']);
  assert.deepEqual(await names(db.reads, 2, 3, 'item 2'), ['item 3']);
  assert.deepEqual(await names(db.reads, 9, 9), []);
  assert.ok(
    Array.isArray(between(db.reads, { from: 1, to: 2, not: '' })),
    'reads of this thread need no promise',
  );
  assert.equal(built, 1);
  assert.deepEqual(await db.transaction((trx) => names(trx, 3, 3)), ['item 3']);
});
