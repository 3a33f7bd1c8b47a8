import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '../../db/index.ts';
import { temporaryFolder } from '../../testing/index.ts';
import { type IdentityTables, identityMigrations } from '../tables.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { findAccount } from './find-account.ts';

async function openDatabase(path: string) {
  return openSqlite<IdentityTables>({ file: join(path, 'identity.db'), migrations: identityMigrations });
}

test('users and organisations share one list of names', async () => {
  await using folder = await temporaryFolder();
  await using db = await openDatabase(folder.path);
  const acme = await db.transaction((trx) =>
    createAccount(trx, { name: 'acme', kind: 'organisation', now: 1 }),
  );
  assert.deepEqual(await findAccount(db.reads, 'acme'), acme);
  assert.deepEqual(await findAccount(db.reads, acme.name), acme);
  await assert.rejects(
    db.transaction((trx) => createAccount(trx, { name: 'acme', kind: 'user', now: 2 })),
    { code: 'name-taken' },
  );
});

test('the id of an account that is gone is never given again, and its robots go with it', async () => {
  await using folder = await temporaryFolder();
  await using db = await openDatabase(folder.path);
  const make = () =>
    db.transaction((trx) => createAccount(trx, { name: 'acme', kind: 'organisation', now: 1 }));
  const first = await make();
  await db.transaction((trx) =>
    createAccount(trx, { name: 'acme+ci', kind: 'robot', now: 1, ownerId: first.id }),
  );
  await db.transaction((trx) => deleteAccount(trx, first.id));
  assert.equal(await findAccount(db.reads, 'acme+ci'), undefined);
  assert.ok((await make()).id > first.id + 1);
});

for (const name of [
  'a',
  'A1',
  '-ab',
  'ab-',
  'a--b',
  'a/b',
  'a+b',
  'a b',
  'ünal',
  'x'.repeat(40),
  'ab\n',
  '',
]) {
  test(`nobody is called ${JSON.stringify(name)}`, async () => {
    await using folder = await temporaryFolder();
    await using db = await openDatabase(folder.path);
    await assert.rejects(
      db.transaction((trx) => createAccount(trx, { name, kind: 'user', now: 1 })),
      { code: 'name-invalid' },
    );
  });
}
