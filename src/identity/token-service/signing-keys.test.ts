import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../../testing/index.ts';
import { openSigningKeys } from './signing-keys.ts';
import { startTokenService } from './testing/start-token-service.ts';

const hour = 3_600_000;
const day = 24 * hour;

test('a key is made at the first start and found at the next', async () => {
  await using service = await startTokenService();
  const { kid } = await service.keys.getSigningKey();
  const again = await service.openAgain();
  assert.equal((await again.keys.getSigningKey()).kid, kid);
});

test('what is published holds nothing private', async () => {
  await using service = await startTokenService();
  const [key, ...others] = await service.keys.listPublicKeys();
  assert.equal(others.length, 0);
  assert.deepEqual(Object.keys(key ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

test('a token stays good over a rotation, and its key goes when no token of it can be left', async () => {
  await using service = await startTokenService();
  const { text } = await service.tokens.issue(undefined, []);
  const before = await service.keys.getSigningKey();
  await service.keys.rotateSigningKey();
  const after = await service.keys.getSigningKey();
  assert.notEqual(after.kid, before.kid);
  assert.deepEqual(
    (await service.keys.listPublicKeys()).map(({ kid }) => kid),
    [after.kid, before.kid],
  );
  assert.ok(await service.verifier.verify(text));
  assert.ok(await (await service.openAgain()).verifier.verify(text), 'after a restart too');

  service.clock.advance(2 * hour + 1);
  assert.equal((await service.keys.listPublicKeys()).length, 1);
  assert.equal(await service.keys.findPublicKey(before.kid), undefined);
  await service.keys.rotateSigningKey();
  const rows = await service.db.reads.selectFrom('signing_key').select('kid').execute();
  assert.equal(rows.length, 2, 'the private key of long ago is gone');
});

test('after 30 days another key signs by itself, once', async () => {
  await using service = await startTokenService();
  const before = await service.keys.getSigningKey();
  service.clock.advance(30 * day - 1);
  assert.equal((await service.keys.getSigningKey()).kid, before.kid);
  service.clock.advance(1);
  const [one, other] = await Promise.all([service.keys.getSigningKey(), service.keys.getSigningKey()]);
  assert.equal(one.kid, other.kid);
  assert.notEqual(one.kid, before.kid);
});

test('processes on one database agree on the key, and know what the other made', async () => {
  await using service = await startTokenService();
  const other = await service.openAgain();
  await service.keys.rotateSigningKey();
  const { kid } = await service.keys.getSigningKey();
  const { text } = await service.tokens.issue(undefined, []);
  service.clock.advance(1_000);
  assert.ok(await other.verifier.verify(text));
  service.clock.advance(60_000);
  assert.equal((await other.keys.getSigningKey()).kid, kid, 'a retired key signs nowhere');
  service.clock.advance(31 * day);
  await Promise.all([service.keys.getSigningKey(), other.keys.getSigningKey()]);
  assert.equal((await service.keys.getSigningKey()).kid, (await other.keys.getSigningKey()).kid);
  assert.notEqual((await other.keys.getSigningKey()).kid, kid);
});

test('made-up key ids cost a look into the database once a second at most', async () => {
  await using service = await startTokenService();
  const clock = createFakeClock();
  let looks = 0;
  const reads = new Proxy(service.db.reads, {
    get(target, name) {
      if (name === 'selectFrom') looks += 1;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const keys = await openSigningKeys({ db: { ...service.db, reads }, clock, log });
  const before = looks;
  clock.advance(1_000);
  for (let index = 0; index < 100; index += 1) await keys.findPublicKey(`made-up-${index}`);
  assert.equal(looks - before, 1);
});
