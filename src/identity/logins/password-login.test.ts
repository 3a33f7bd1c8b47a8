import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { noAuditTrail } from '../../rest/index.ts';
import { temporaryFolder } from '../../testing/index.ts';
import { hashPassword } from '../hash-password.ts';
import { importHtpasswdUsers } from '../setup/import-htpasswd-users.ts';
import { basic, type IdentityScene, PASSWORD, startIdentity } from '../suite/start-identity.ts';

const me = async (scene: IdentityScene, as: string) => (await scene.api('GET /api/v1/me', { as })).status;

async function importCarol(scene: IdentityScene): Promise<void> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'htpasswd');
  await writeFile(file, `carol:${await hashPassword('secret', 4)}\nbob:${await hashPassword('secret', 4)}\n`);
  const isReservedName = () => false;
  const { imported, skipped } = await importHtpasswdUsers(
    { db: scene.db, clock: scene.clock, audit: noAuditTrail, isReservedName },
    file,
  );
  assert.deepEqual(imported, ['carol']);
  assert.equal(skipped[0]?.name, 'bob');
}

test('an imported user logs in with the old password, and is kept in argon2id from then on', async () => {
  await using scene = await startIdentity();
  await importCarol(scene);
  assert.equal(await me(scene, basic('carol', 'wrong')), 401);
  assert.equal(await me(scene, basic('carol', 'secret')), 200);
  const { password_hash } = await scene.db.reads
    .selectFrom('user_profile')
    .innerJoin('account', 'account.id', 'user_profile.account_id')
    .select('password_hash')
    .where('account.name', '=', 'carol')
    .executeTakeFirstOrThrow();
  assert.match(password_hash ?? '', /^\$argon2id\$/);
  assert.equal(await me(scene, basic('carol', 'secret')), 200);
  assert.equal(await me(scene, basic('bob', 'secret')), 401, 'who was there keeps his password');
});

test('as long as there are imported users, everybody costs one hash of each kind', async () => {
  await using scene = await startIdentity();
  await importCarol(scene);
  for (const name of ['carol', 'bob', 'nobody']) {
    const before = { ...scene.hashes };
    await me(scene, basic(name, 'wrong password'));
    assert.equal(scene.hashes.argon2id - before.argon2id, 1, name);
    assert.equal(scene.hashes.bcrypt - before.bcrypt, 1, name);
  }
  assert.equal(await me(scene, basic('carol', 'secret')), 200);
  const { bcrypt } = scene.hashes;
  await me(scene, basic('nobody', 'another password'));
  assert.equal(scene.hashes.bcrypt, bcrypt);
});

test('a right password is hashed once for many requests, also for those at the same time', async () => {
  await using scene = await startIdentity();
  const statuses = await Promise.all(Array.from({ length: 20 }, () => me(scene, basic('bob'))));
  assert.ok(
    statuses.every((status) => status === 200),
    statuses.join(),
  );
  assert.equal(await me(scene, basic('bob')), 200);
  assert.equal(scene.hashes.argon2id, 1);
});

test('guessing is slowed before it costs hashes, and the same for nobody', async () => {
  await using scene = await startIdentity();
  for (const name of ['bob', 'nobody']) {
    const statuses: number[] = [];
    for (let guess = 0; guess < 7; guess += 1) statuses.push(await me(scene, basic(name, `wrong ${guess}`)));
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429], name);
  }
  assert.equal(scene.hashes.argon2id, 10);
});

test('guesses at once are hashed as many at a time for nobody as for a user: time does not tell who exists', async () => {
  await using scene = await startIdentity();
  for (const name of ['bob', 'nobody']) {
    const [before, most] = [scene.hashes.argon2id, new Set<number>()];
    scene.hashes.atOnce = most;
    await Promise.all([1, 2, 3, 4, 5].map((guess) => me(scene, basic(name, `wrong ${guess}`))));
    assert.equal(scene.hashes.argon2id - before, 5, name);
    assert.deepEqual([...most], [1, 2], name);
  }
});

test('clients that go on with the right password do not notice somebody guessing beside them', async () => {
  await using scene = await startIdentity();
  assert.equal(await me(scene, basic('bob')), 200);
  for (let guess = 0; guess < 10; guess += 1) await me(scene, basic('bob', `wrong ${guess}`));
  assert.equal(await me(scene, basic('bob')), 200);
});

test('a browser that has logged in before gets in while others guess from the same address', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  scene.clock.advance(10 * 60_000);
  for (let guess = 0; guess < 10; guess += 1) await me(scene, basic('bob', `wrong ${guess}`));
  const body = { name: 'bob', password: PASSWORD };
  assert.equal((await scene.api('POST /api/v1/session', { body })).status, 429);
  const device = bob.cookie.split('; ').find((cookie) => cookie.startsWith('lading_device='));
  const again = await scene.api('POST /api/v1/session', { body, headers: { Cookie: device ?? '' } });
  assert.equal(again.status, 201);
});

test('a password that is remembered for one network tells nobody who guesses from another', async () => {
  await using scene = await startIdentity();
  const from = (address: string, password: string) =>
    scene.identity.basic({ user: 'bob', password }, { remoteAddress: address });
  const guess = (password: string) =>
    from('198.51.100.9', password).then(
      (actor) => (actor ? 'in' : 'wrong'),
      () => 'slowed',
    );
  assert.ok(await from('192.0.2.1', PASSWORD));
  for (let count = 0; count < 5; count += 1) assert.equal(await guess(`wrong ${count}`), 'wrong');
  assert.equal(await guess(PASSWORD), 'slowed', 'as a wrong one is');
  assert.equal(await guess('wrong'), 'slowed');
  assert.ok(await from('192.0.2.1', PASSWORD), 'where it was right it is not slowed');
});
