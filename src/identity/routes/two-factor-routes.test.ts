import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { basic, bearer, type IdentityScene, PASSWORD, startIdentity } from '../suite/start-identity.ts';

const ada = basic('ada');

async function enable(scene: IdentityScene) {
  const bob = await scene.logIn('bob');
  const begun = await scene.api('POST /api/v1/users/bob/two-factor', {
    as: bob,
    body: { password: PASSWORD },
  });
  assert.equal(begun.status, 201);
  const { secret, uri } = begun.json() as { secret: string; uri: string };
  assert.match(uri, /^otpauth:\/\/totp\//);
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = () => totp.generate({ timestamp: scene.clock.now() });
  const confirm = (given: string) =>
    scene.api('POST /api/v1/users/bob/two-factor/confirmation', { as: bob, body: { code: given } });
  const confirmed = await confirm(code());
  assert.equal(confirmed.status, 200);
  const { recovery_codes: recoveryCodes } = confirmed.json() as { recovery_codes: string[] };
  const logIn = (given?: string) =>
    scene.api('POST /api/v1/session', { body: { name: 'bob', password: PASSWORD, code: given } });
  return { bob, code, recoveryCodes, logIn };
}

test('with a second factor the password alone gets nobody in; a code does, once', async () => {
  await using scene = await startIdentity();
  const { code, logIn } = await enable(scene);
  const asked = await logIn();
  assert.equal(asked.status, 401);
  assert.match(asked.body.toString(), /second-factor-required/);
  // The code that confirmed it was taken.
  assert.equal((await logIn(code())).status, 401);
  scene.clock.advance(30_000);
  const used = code();
  assert.equal((await logIn(used)).status, 201);
  assert.equal((await logIn(used)).status, 401);
});

test('a code of the step before is taken, an older one is not', async () => {
  await using scene = await startIdentity();
  const { code, logIn } = await enable(scene);
  scene.clock.advance(60_000);
  const before = code();
  scene.clock.advance(30_000);
  assert.equal((await logIn(before)).status, 201);
  const old = code();
  scene.clock.advance(90_000);
  assert.equal((await logIn(old)).status, 401);
});

test('before it is confirmed it does not count', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  await scene.api('POST /api/v1/users/bob/two-factor', { as: bob, body: { password: PASSWORD } });
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 200);
  const wrong = await scene.api('POST /api/v1/users/bob/two-factor/confirmation', {
    as: bob,
    body: { code: '000000' },
  });
  assert.equal(wrong.status, 403);
});

test('docker, which has no place for a code, logs in with a token only', async () => {
  await using scene = await startIdentity();
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 200);
  const { bob } = await enable(scene);
  const before = scene.hashes.argon2id;
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 401);
  assert.equal(scene.hashes.argon2id - before, 1);
  const made = await scene.api('POST /api/v1/users/bob/tokens', {
    as: bob,
    body: { name: 'laptop', actions: ['pull'] },
  });
  const { secret } = made.json() as { secret: string };
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob', secret) })).status, 200);
  assert.equal((await scene.api('GET /api/v1/me', { as: bearer(secret) })).status, 200);
});

test('each recovery code lets in once, however it is typed', async () => {
  await using scene = await startIdentity();
  const { recoveryCodes, logIn, bob } = await enable(scene);
  const [first = '', second = ''] = recoveryCodes;
  assert.equal((await logIn(first)).status, 201);
  assert.equal((await logIn(first)).status, 401);
  assert.equal((await logIn(second.toUpperCase().replaceAll('-', ' '))).status, 201);
  const state = await scene.api('GET /api/v1/users/bob/two-factor', { as: bob });
  assert.deepEqual(state.json(), { enabled: true, recovery_codes_left: 8 });
});

test('guessing codes is slowed', async () => {
  await using scene = await startIdentity();
  const { logIn } = await enable(scene);
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess += 1) statuses.push((await logIn(`00000${guess}`)).status);
  assert.ok(statuses.includes(429), statuses.join());
});

test('it is taken away with password and code, or by an administrator, not by a session alone', async () => {
  await using scene = await startIdentity();
  const { bob, code, recoveryCodes } = await enable(scene);
  scene.clock.advance(30_000);
  const remove = (body: object) => scene.api('POST /api/v1/users/bob/two-factor/removal', { as: bob, body });
  assert.equal((await remove({ password: 'not the password', code: code() })).status, 403);
  assert.equal((await remove({ password: PASSWORD, code: '000000' })).status, 403);
  assert.equal((await scene.api('DELETE /api/v1/users/bob/two-factor', { as: bob })).status, 403);
  assert.equal((await remove({ password: PASSWORD, code: recoveryCodes[0] })).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 200);
  await enable(scene);
  assert.equal((await scene.api('DELETE /api/v1/users/bob/two-factor', { as: ada })).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 200);
});
