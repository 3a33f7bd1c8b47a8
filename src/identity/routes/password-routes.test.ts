import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offerSetup } from '../setup/first-administrator.ts';
import { basic, PASSWORD, startIdentity } from '../suite/start-identity.ts';

const ada = basic('ada');
const NEW = 'another long password';
const DAY_MS = 24 * 60 * 60_000;

test('a new password ends all other sessions, and the old password with all that remembered it', async () => {
  await using scene = await startIdentity();
  const here = await scene.logIn('bob');
  const there = await scene.logIn('bob');
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 200);
  const body = { current_password: PASSWORD, new_password: NEW };
  assert.equal((await scene.api('PUT /api/v1/users/bob/password', { as: here, body })).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: here })).status, 200);
  assert.equal((await scene.api('GET /api/v1/me', { as: there })).status, 401);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 401);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob', NEW) })).status, 200);
});

test('a session alone does not change the password, nor does an administrator', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  const wrong = { current_password: 'not this one at all', new_password: NEW };
  assert.equal((await scene.api('PUT /api/v1/users/bob/password', { as: bob, body: wrong })).status, 403);
  const body = { current_password: PASSWORD, new_password: NEW };
  assert.equal((await scene.api('PUT /api/v1/users/bob/password', { as: ada, body })).status, 403);
});

for (const [what, password] of [
  ['too short', 'nine char'],
  ['one character', 'aaaaaaaaaaaaaaaa'],
  ['a line end', 'correct horse\nbattery'],
  ['far too long', 'abcdefgh'.repeat(40)],
] as const) {
  test(`a password that is ${what} is refused with a sentence`, async () => {
    await using scene = await startIdentity();
    const reply = await scene.api('POST /api/v1/users', { as: ada, body: { name: 'carol', password } });
    assert.equal(reply.status, 400);
    const { fields } = reply.json() as { fields: { pointer: string }[] };
    assert.equal(fields[0]?.pointer, '/password');
    assert.ok(!reply.body.toString().includes(password));
  });
}

test('an administrator makes a link for whoever forgot; a newer one and time take it away', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  const link = async () => {
    const reply = await scene.api('POST /api/v1/users/bob/password-link', { as: ada });
    assert.equal(reply.status, 201);
    return (reply.json() as { secret: string }).secret;
  };
  const use = async (secret: string) =>
    (await scene.api('POST /api/v1/password-resets', { body: { secret, password: NEW } })).status;
  const first = await link();
  const second = await link();
  assert.equal(await use(first), 404);
  assert.equal(await use(second), 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: bob })).status, 401);
  const third = await link();
  scene.clock.advance(DAY_MS);
  assert.equal(await use(third), 404);
  assert.equal((await scene.api('POST /api/v1/users/bob/password-link', { as: bob })).status, 401);
});

test('a link that sets a password sets nothing up', async () => {
  await using scene = await startIdentity();
  const made = await scene.api('POST /api/v1/users/bob/password-link', { as: ada });
  const { secret } = made.json() as { secret: string };
  const body = { secret, name: 'mallory', password: NEW };
  assert.equal((await scene.api('POST /api/v1/setup', { body })).status, 404);
});

test('the set-up link makes one administrator, and none where there is one', async () => {
  await using scene = await startIdentity();
  assert.equal(await offerSetup(scene), undefined);
  await scene.db.transaction((trx) => trx.updateTable('user_profile').set({ is_administrator: 0 }).execute());
  const old = await offerSetup(scene);
  const secret = await offerSetup(scene);
  const setUp = async (given: string | undefined, name: string) =>
    (await scene.api('POST /api/v1/setup', { body: { secret: given, name, password: NEW } })).status;
  assert.equal(await setUp(old, 'root0'), 404);
  assert.equal(await setUp(secret, 'admin'), 409);
  const statuses = await Promise.all([setUp(secret, 'first'), setUp(secret, 'second')]);
  assert.deepEqual(statuses.sort(), [201, 404]);
  assert.equal(await offerSetup(scene), undefined);
});
