import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic, bearer, type IdentityScene, startIdentity } from '../suite/start-identity.ts';

const bob = basic('bob');
const ada = basic('ada');

interface Created {
  readonly id: string;
  readonly secret: string;
}

async function create(scene: IdentityScene, body: object = {}): Promise<Created> {
  const reply = await scene.api('POST /api/v1/users/bob/tokens', {
    as: bob,
    body: { name: 'laptop', actions: ['pull', 'push'], ...body },
  });
  assert.equal(reply.status, 201, reply.body.toString());
  return reply.json() as Created;
}

const me = async (scene: IdentityScene, as: string) => (await scene.api('GET /api/v1/me', { as })).status;

test('a token is shown once, kept hashed, and tells what it is', async () => {
  await using scene = await startIdentity();
  const { secret } = await create(scene);
  assert.match(secret, /^lading_pat_[0-9A-Za-z]{36}$/);
  const list = await scene.api('GET /api/v1/users/bob/tokens', { as: bob });
  assert.ok(!list.body.toString().includes(secret));
  const rows = await scene.db.reads.selectFrom('access_token').selectAll().execute();
  assert.ok(!JSON.stringify(rows).includes(secret.slice(20)));
  assert.ok(!JSON.stringify(scene.audit).includes(secret));
  const shown = await scene.api('GET /api/v1/me', { as: bearer(secret) });
  assert.deepEqual((shown.json() as { scope: unknown }).scope, {
    actions: ['pull', 'push'],
    repositories: ['**'],
  });
});

test('it logs in beside its owner or the names that programs send, never beside another user', async () => {
  await using scene = await startIdentity();
  const { secret } = await create(scene);
  for (const name of ['bob', 'token', '<token>', 'oauth2accesstoken']) {
    assert.equal(await me(scene, basic(name, secret)), 200, name);
  }
  for (const name of ['ada', 'nobody', 'Bob']) assert.equal(await me(scene, basic(name, secret)), 401, name);
  assert.equal(scene.hashes.argon2id, 1, 'only the password that made it was hashed');
});

test('a revoked token is worth nothing from the next request on, however often it was used', async () => {
  await using scene = await startIdentity();
  const { id, secret } = await create(scene);
  for (const as of [bearer(secret), basic('bob', secret)]) assert.equal(await me(scene, as), 200);
  assert.equal((await scene.api(`DELETE /api/v1/users/bob/tokens/${id}`, { as: bob })).status, 204);
  for (const as of [bearer(secret), basic('bob', secret)]) assert.equal(await me(scene, as), 401);
  assert.equal((await scene.api(`DELETE /api/v1/users/bob/tokens/${id}`, { as: bob })).status, 404);
});

test('a token of a user who is disabled or gone is worth nothing', async () => {
  await using scene = await startIdentity();
  const { secret } = await create(scene);
  assert.equal(await me(scene, bearer(secret)), 200);
  await scene.api('PATCH /api/v1/users/bob', { as: ada, body: { disabled: true } });
  assert.equal(await me(scene, bearer(secret)), 401);
  await scene.api('PATCH /api/v1/users/bob', { as: ada, body: { disabled: false } });
  assert.equal(await me(scene, bearer(secret)), 200);
  await scene.api('DELETE /api/v1/users/bob', { as: ada });
  assert.equal(await me(scene, bearer(secret)), 401);
});

test('a change that another process made counts within a second', async () => {
  await using scene = await startIdentity();
  const { secret } = await create(scene);
  assert.equal(await me(scene, bearer(secret)), 200);
  await scene.db.transaction((trx) => trx.deleteFrom('access_token').execute());
  scene.clock.advance(1000);
  assert.equal(await me(scene, bearer(secret)), 401);
});

test('it ends when it said it would', async () => {
  await using scene = await startIdentity();
  const expiresAt = new Date(scene.clock.now() + 60_000).toISOString();
  const { secret } = await create(scene, { expires_at: expiresAt });
  scene.clock.advance(59_999);
  assert.equal(await me(scene, bearer(secret)), 200);
  scene.clock.advance(1);
  assert.equal(await me(scene, bearer(secret)), 401);
});

test('when and from where it was last used is known, without a write for each use', async () => {
  await using scene = await startIdentity();
  const { secret } = await create(scene);
  await me(scene, bearer(secret));
  const before = await scene.api('GET /api/v1/users/bob/tokens', { as: bob });
  assert.ok(!before.body.toString().includes('last_used_at'));
  await scene.identity.close();
  const list = await scene.api('GET /api/v1/users/bob/tokens', { as: bob });
  const { items } = list.json() as { items: { last_used_at: string; last_used_from: string }[] };
  assert.equal(items[0]?.last_used_at, new Date(scene.clock.now()).toISOString());
  assert.match(items[0]?.last_used_from ?? '', /127\.0\.0\.1/);
});

test('a token cannot make one that may do more or lives longer', async () => {
  await using scene = await startIdentity();
  const expires_at = new Date(scene.clock.now() + 60_000).toISOString();
  const { secret } = await create(scene, { actions: ['admin', 'pull'], expires_at });
  const attempt = async (body: object) =>
    (
      await scene.api('POST /api/v1/users/bob/tokens', {
        as: bearer(secret),
        body: { name: 'child', actions: ['pull'], expires_at, ...body },
      })
    ).status;
  assert.equal(await attempt({ actions: ['pull', 'push'] }), 403);
  assert.equal(await attempt({ expires_at: undefined }), 403);
  assert.equal(await attempt({ expires_at: new Date(scene.clock.now() + 60_001).toISOString() }), 403);
  assert.equal(await attempt({ repositories: ['bob/**'] }), 201);
});

test('a token without admin manages nothing, not even tokens', async () => {
  await using scene = await startIdentity();
  const { secret } = await create(scene);
  for (const line of [
    'GET /api/v1/users/bob/tokens',
    'GET /api/v1/users/bob',
    'GET /api/v1/users/bob/sessions',
  ]) {
    const { status } = await scene.api(line, { as: bearer(secret) });
    assert.ok(status === 403 || status === 404, `${line}: ${status}`);
  }
});

test('nobody makes or sees tokens of others; an administrator sees and revokes, and makes none', async () => {
  await using scene = await startIdentity();
  const { id } = await create(scene);
  await scene.addUser('carol');
  const carol = basic('carol');
  const body = { name: 'mine', actions: ['pull'] };
  for (const line of ['POST /api/v1/users/bob/tokens', `DELETE /api/v1/users/bob/tokens/${id}`]) {
    assert.equal(
      (await scene.api(line, { as: carol, ...(line.startsWith('POST') && { body }) })).status,
      404,
    );
  }
  assert.equal((await scene.api(`DELETE /api/v1/users/carol/tokens/${id}`, { as: carol })).status, 404);
  assert.equal((await scene.api('POST /api/v1/users/bob/tokens', { as: ada, body })).status, 403);
  assert.equal((await scene.api('GET /api/v1/users/bob/tokens', { as: ada })).status, 200);
  assert.equal((await scene.api(`DELETE /api/v1/users/bob/tokens/${id}`, { as: ada })).status, 204);
});

for (const body of [
  { actions: [] },
  { actions: ['everything'] },
  { repositories: [] },
  { repositories: ['Acme/**'] },
  { repositories: ['acme//app'] },
  { expires_at: '2001-01-01T00:00:00Z' },
  { secret: 'lading_pat_mine' },
  { account_id: 1 },
]) {
  test(`a token with ${JSON.stringify(body)} is refused`, async () => {
    await using scene = await startIdentity();
    const whole = { name: 'laptop', actions: ['pull'], ...body };
    assert.equal((await scene.api('POST /api/v1/users/bob/tokens', { as: bob, body: whole })).status, 400);
  });
}

test('robots of an organisation log in with their tokens only, until they are disabled or gone', async () => {
  await using scene = await startIdentity();
  await scene.addOrganisation('acme');
  const robots = '/api/v1/organisations/acme/robots';
  assert.equal((await scene.api(`POST ${robots}`, { as: ada, body: { name: 'ci' } })).status, 201);
  assert.equal((await scene.api(`POST ${robots}`, { as: ada, body: { name: 'ci' } })).status, 409);
  assert.equal((await scene.api(`POST ${robots}`, { as: bob, body: { name: 'mine' } })).status, 404);
  const made = await scene.api(`POST ${robots}/ci/tokens`, {
    as: ada,
    body: { name: 'x', actions: ['pull'] },
  });
  const { secret } = made.json() as Created;
  assert.match(secret, /^lading_rob_/);
  const shown = await scene.api('GET /api/v1/me', { as: basic('acme+ci', secret) });
  assert.equal((shown.json() as { kind: string }).kind, 'robot');
  assert.equal((await scene.api(`PATCH ${robots}/ci`, { as: ada, body: { disabled: true } })).status, 200);
  assert.equal(await me(scene, bearer(secret)), 401);
  await scene.api(`PATCH ${robots}/ci`, { as: ada, body: { disabled: false } });
  assert.equal(await me(scene, bearer(secret)), 200);
  assert.equal((await scene.api(`DELETE ${robots}/ci`, { as: ada })).status, 204);
  assert.equal(await me(scene, bearer(secret)), 401);
});
