import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic, PASSWORD, startIdentity } from '../suite/start-identity.ts';

const DAY_MS = 24 * 60 * 60_000;

test('a login sets a cookie that scripts and other sites cannot use, and me says who it is', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  assert.match(
    bob.setCookies,
    /lading_session=lading_ses_\w{36}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax/,
  );
  const me = await scene.api('GET /api/v1/me', { as: bob });
  assert.deepEqual(me.json(), {
    name: 'bob',
    kind: 'user',
    is_administrator: false,
    credential: 'session',
    csrf_token: bob.csrf,
  });
});

test('over TLS the cookie is bound to the host and to TLS; the one for plain connections is worth nothing', async () => {
  await using scene = await startIdentity();
  const headers = { Host: 'registry.example', 'X-Forwarded-Proto': 'https' };
  const bob = await scene.logIn('bob', { headers });
  assert.match(
    bob.setCookies,
    /__Host-lading_session=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure/,
  );
  assert.equal((await scene.api('GET /api/v1/me', { as: bob, headers })).status, 200);
  const planted = { ...bob, cookie: bob.cookie.replaceAll('__Host-', '') };
  assert.equal((await scene.api('GET /api/v1/me', { as: planted, headers })).status, 401);
});

test('nobody logs in where the cookie would travel in the clear', async () => {
  await using scene = await startIdentity();
  const body = { name: 'bob', password: PASSWORD };
  const reply = await scene.api('POST /api/v1/session', { body, headers: { Host: 'registry.example' } });
  assert.equal(reply.status, 400);
  assert.equal(reply.header('set-cookie'), undefined);
  assert.match(reply.body.toString(), /tls-required/);
  assert.equal(scene.hashes.argon2id, 0);
});

test('a login takes a new session and ends the one that the browser came with', async () => {
  await using scene = await startIdentity();
  const first = await scene.logIn('bob');
  const second = await scene.logIn('bob', { headers: { Cookie: first.cookie } });
  assert.notEqual(first.cookie, second.cookie);
  assert.equal((await scene.api('GET /api/v1/me', { as: first })).status, 401);
  assert.equal((await scene.api('GET /api/v1/me', { as: second })).status, 200);
});

test('a session that an attacker planted is not the one that the victim logs in to', async () => {
  await using scene = await startIdentity();
  const planted = `lading_session=lading_ses_${'a'.repeat(36)}`;
  const bob = await scene.logIn('bob', { headers: { Cookie: planted } });
  assert.ok(!bob.cookie.includes('aaaaaaaa'));
  assert.equal((await scene.api('GET /api/v1/me', { as: { ...bob, cookie: planted } })).status, 401);
});

test('what changes something needs the token of the session, and the right Origin', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  const other = await scene.logIn('ada');
  const patch = { body: { display_name: 'Bob' } };
  for (const csrf of ['', other.csrf, bob.csrf.slice(1)]) {
    const reply = await scene.api('PATCH /api/v1/users/bob', { ...patch, as: { ...bob, csrf } });
    assert.equal(reply.status, 403);
  }
  const headers = { Origin: 'https://evil.example' };
  assert.equal((await scene.api('PATCH /api/v1/users/bob', { ...patch, as: bob, headers })).status, 403);
  assert.equal((await scene.api('PATCH /api/v1/users/bob', { ...patch, as: bob })).status, 200);
});

test('another site cannot log its visitor in', async () => {
  await using scene = await startIdentity();
  const body = { name: 'bob', password: PASSWORD };
  for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.example' }]) {
    assert.equal((await scene.api('POST /api/v1/session', { body, headers })).status, 403);
  }
  const form = { 'Content-Type': 'text/plain' };
  assert.equal((await scene.api('POST /api/v1/session', { body, headers: form })).status, 415);
});

test('logging out ends the session for whoever has the cookie', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  const reply = await scene.api('DELETE /api/v1/session', { as: bob });
  assert.equal(reply.status, 204);
  assert.match(reply.header('set-cookie') ?? '', /lading_session=; Path=\/; Max-Age=0/);
  assert.equal((await scene.api('GET /api/v1/me', { as: bob })).status, 401);
});

test('a session ends unused after a week, and used after a month', async () => {
  await using scene = await startIdentity();
  const idle = await scene.logIn('bob');
  scene.clock.advance(7 * DAY_MS);
  assert.equal((await scene.api('GET /api/v1/me', { as: idle })).status, 401);
  const used = await scene.logIn('bob');
  for (let day = 1; day < 30; day += 1) {
    scene.clock.advance(DAY_MS);
    assert.equal((await scene.api('GET /api/v1/me', { as: used })).status, 200, `day ${day}`);
    await scene.identity.close();
  }
  scene.clock.advance(DAY_MS);
  assert.equal((await scene.api('GET /api/v1/me', { as: used })).status, 401);
});

test('sessions are listed, one is ended, all are ended; nobody ends those of others', async () => {
  await using scene = await startIdentity();
  const here = await scene.logIn('bob');
  const there = await scene.logIn('bob');
  const ada = await scene.logIn('ada');
  const list = await scene.api('GET /api/v1/users/bob/sessions', { as: here });
  const { items } = list.json() as { items: { id: string; current: boolean; address: string }[] };
  assert.equal(items.length, 2);
  assert.equal(items.filter(({ current }) => current).length, 1);
  assert.ok(!list.body.toString().includes('lading_ses_'));
  const other = items.find(({ current }) => !current);
  const carol = await scene.addUser('carol').then(() => scene.logIn('carol'));
  assert.equal(
    (await scene.api(`DELETE /api/v1/users/carol/sessions/${other?.id}`, { as: carol })).status,
    404,
  );
  assert.equal((await scene.api('GET /api/v1/users/bob/sessions', { as: carol })).status, 404);
  assert.equal((await scene.api(`DELETE /api/v1/users/bob/sessions/${other?.id}`, { as: here })).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: there })).status, 401);
  assert.equal((await scene.api('DELETE /api/v1/users/bob/sessions', { as: here })).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: here })).status, 401);
  assert.equal((await scene.api('GET /api/v1/me', { as: ada })).status, 200);
});

test('an unknown user, a wrong password and a disabled user get one answer after one hash each', async () => {
  await using scene = await startIdentity();
  await scene.addUser('carol');
  const ada = basic('ada');
  await scene.api('PATCH /api/v1/users/carol', { as: ada, body: { disabled: true } });
  const answers = new Set<string>();
  for (const [name, password] of [
    ['nobody', 'wrong password'],
    ['bob', 'wrong password'],
    ['carol', PASSWORD],
    ['Not A Name', 'wrong password'],
  ] as const) {
    const before = scene.hashes.argon2id;
    const reply = await scene.api('POST /api/v1/session', { body: { name, password } });
    assert.equal(scene.hashes.argon2id - before, 1, name);
    const { request_id: _, ...rest } = reply.json() as { request_id: string };
    answers.add(JSON.stringify([reply.status, rest]));
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  assert.equal(scene.refusals.length, 4);
  // People type passwords where names belong.
  assert.deepEqual(
    scene.refusals.map(({ resource }) => resource.name),
    ['', 'bob', 'carol', ''],
  );
});

test('who is disabled is out at once and does not come back by being enabled', async () => {
  await using scene = await startIdentity();
  const bob = await scene.logIn('bob');
  const ada = basic('ada');
  assert.equal((await scene.api('GET /api/v1/me', { as: bob })).status, 200);
  await scene.api('PATCH /api/v1/users/bob', { as: ada, body: { disabled: true } });
  assert.equal((await scene.api('GET /api/v1/me', { as: bob })).status, 401);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 401);
  await scene.api('PATCH /api/v1/users/bob', { as: ada, body: { disabled: false } });
  assert.equal((await scene.api('GET /api/v1/me', { as: bob })).status, 401);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('bob') })).status, 200);
});
