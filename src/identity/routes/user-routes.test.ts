import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic, startIdentity } from '../suite/start-identity.ts';

const ada = basic('ada');
const bob = basic('bob');

test('an administrator makes a user, who can log in; a name that is taken or reserved is refused', async () => {
  await using scene = await startIdentity();
  const body = { name: 'carol', password: 'a long enough one', email: 'carol@example.org' };
  const made = await scene.api('POST /api/v1/users', { as: ada, body });
  assert.equal(made.status, 201);
  assert.ok(!made.body.toString().includes('argon2'));
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('carol', body.password) })).status, 200);
  assert.equal((await scene.api('POST /api/v1/users', { as: ada, body })).status, 409);
  for (const name of ['admin', 'v2', 'api', 'library']) {
    assert.equal((await scene.api('POST /api/v1/users', { as: ada, body: { ...body, name } })).status, 409);
  }
  assert.equal(scene.audit.filter(({ action }) => action === 'user.create').length, 1);
});

test('a user that was made without a password sets one with a link that is good once', async () => {
  await using scene = await startIdentity();
  const made = await scene.api('POST /api/v1/users', { as: ada, body: { name: 'carol' } });
  const { password_link: link } = made.json() as { password_link: { secret: string } };
  const reset = (secret: string, password: string) =>
    scene.api('POST /api/v1/password-resets', { body: { secret, password } });
  assert.equal((await reset(link.secret, 'short')).status, 400);
  assert.equal((await reset(`${link.secret.slice(0, -1)}x`, 'a long enough one')).status, 404);
  assert.equal((await reset(link.secret, 'a long enough one')).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('carol', 'a long enough one') })).status, 200);
  assert.equal((await reset(link.secret, 'another long one')).status, 404);
  assert.ok(!JSON.stringify(scene.audit).includes(link.secret));
});

test('of two who use a link at the same time one sets the password', async () => {
  await using scene = await startIdentity();
  const made = await scene.api('POST /api/v1/users', { as: ada, body: { name: 'carol' } });
  const { password_link: link } = made.json() as { password_link: { secret: string } };
  const replies = await Promise.all(
    ['first long password', 'second long password'].map((password) =>
      scene.api('POST /api/v1/password-resets', { body: { secret: link.secret, password } }),
    ),
  );
  assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 404]);
});

for (const field of ['is_administrator', 'disabled']) {
  test(`a user cannot change ${field} of himself`, async () => {
    await using scene = await startIdentity();
    const reply = await scene.api('PATCH /api/v1/users/bob', { as: bob, body: { [field]: true } });
    assert.equal(reply.status, 403);
    const shown = (await scene.api('GET /api/v1/users/bob', { as: bob })).json() as Record<string, unknown>;
    assert.equal(shown[field], false);
  });
}

for (const field of [
  'name',
  'id',
  'password_hash',
  'passwordHash',
  'created_at',
  'two_factor',
  '__proto__',
]) {
  test(`a PATCH with ${field} is refused whole`, async () => {
    await using scene = await startIdentity();
    const body = { display_name: 'Bob', [field]: 1 };
    const reply = await scene.api('PATCH /api/v1/users/bob', { as: ada, body });
    assert.equal(reply.status, 400);
    const shown = (await scene.api('GET /api/v1/users/bob', { as: ada })).json() as Record<string, unknown>;
    assert.equal(shown.display_name, undefined);
  });
}

test('users see themselves and nobody else, and cannot tell who there is', async () => {
  await using scene = await startIdentity();
  assert.equal((await scene.api('GET /api/v1/users/bob', { as: bob })).status, 200);
  const there = await scene.api('GET /api/v1/users/ada', { as: bob });
  const nowhere = await scene.api('GET /api/v1/users/zoe', { as: bob });
  assert.deepEqual([there.status, nowhere.status], [404, 404]);
  const textOf = (body: Buffer, name: string) =>
    body
      .toString()
      .replace(/"request_id":"[^"]*"/, '')
      .replaceAll(name, 'NAME');
  assert.equal(textOf(there.body, 'ada'), textOf(nowhere.body, 'zoe'));
  for (const line of ['GET /api/v1/users', 'POST /api/v1/users', 'DELETE /api/v1/users/ada']) {
    const reply = await scene.api(line, {
      as: bob,
      ...(line.startsWith('POST') && { body: { name: 'carol' } }),
    });
    assert.ok([403, 404].includes(reply.status), `${line}: ${reply.status}`);
  }
  assert.equal((await scene.api('GET /api/v1/users/bob')).status, 401);
});

test('an update that was made on an old version is refused', async () => {
  await using scene = await startIdentity();
  const etag = (await scene.api('GET /api/v1/users/bob', { as: bob })).header('etag') ?? '';
  const change = (display_name: string) =>
    scene.api('PATCH /api/v1/users/bob', {
      as: bob,
      body: { display_name },
      headers: { 'If-Match': etag },
    });
  assert.equal((await change('Bob')).status, 200);
  assert.equal((await change('Robert')).status, 412);
});

test('the last administrator stays one', async () => {
  await using scene = await startIdentity();
  for (const body of [{ is_administrator: false }, { disabled: true }]) {
    assert.equal((await scene.api('PATCH /api/v1/users/ada', { as: ada, body })).status, 409);
  }
  assert.equal((await scene.api('DELETE /api/v1/users/ada', { as: ada })).status, 409);
  assert.equal((await scene.api('GET /api/v1/me', { as: ada })).status, 200);
  await scene.api('PATCH /api/v1/users/bob', { as: ada, body: { is_administrator: true } });
  assert.equal((await scene.api('DELETE /api/v1/users/ada', { as: ada })).status, 204);
});

test('who is no administrator any more is none from the next request on', async () => {
  await using scene = await startIdentity();
  await scene.addUser('eve', { isAdministrator: true });
  const eve = await scene.logIn('eve');
  assert.equal((await scene.api('GET /api/v1/users', { as: eve })).status, 200);
  await scene.api('PATCH /api/v1/users/eve', { as: ada, body: { is_administrator: false } });
  assert.notEqual((await scene.api('GET /api/v1/users', { as: eve })).status, 200);
});

test('the list goes page by page through all users', async () => {
  await using scene = await startIdentity();
  for (const name of ['carol', 'dave', 'erin']) await scene.addUser(name);
  const names: string[] = [];
  let cursor = '';
  do {
    const reply = await scene.api(`GET /api/v1/users?limit=2&cursor=${cursor}`, { as: ada });
    const page = reply.json() as { items: { name: string }[]; next?: string };
    names.push(...page.items.map(({ name }) => name));
    cursor = page.next ?? '';
  } while (cursor !== '');
  assert.deepEqual(names, ['ada', 'bob', 'carol', 'dave', 'erin']);
  const found = await scene.api('GET /api/v1/users?search=da', { as: ada });
  assert.deepEqual(
    (found.json() as { items: { name: string }[] }).items.map(({ name }) => name),
    ['dave'],
  );
});

test('last seen follows the requests without a write for each', async () => {
  await using scene = await startIdentity();
  await scene.api('GET /api/v1/me', { as: bob });
  scene.clock.advance(60_000);
  await scene.api('GET /api/v1/me', { as: bob });
  await scene.identity.close();
  const shown = (await scene.api('GET /api/v1/users/bob', { as: ada })).json() as { last_seen_at: string };
  assert.equal(shown.last_seen_at, new Date(scene.clock.now()).toISOString());
});
