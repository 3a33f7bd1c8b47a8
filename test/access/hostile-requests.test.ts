import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AccountsServer, buildImage, startAccountsServer } from '../../src/testing/index.ts';
import { pushAs } from './harness/push-as.ts';

let server: AccountsServer;
let ann: string;
let eve: string;
before(async () => {
  server = await startAccountsServer();
  ann = await server.addUser('ann');
  eve = await server.addUser('eve');
  await pushAs(server, ann, { repository: 'ann/app', image: buildImage() });
});
after(() => server[Symbol.asyncDispose]());

describe('more than was asked for', () => {
  test('nobody makes himself an administrator', async () => {
    for (const body of [
      { is_administrator: true },
      { display_name: 'Eve', is_administrator: true },
      { isAdministrator: true },
      { id: 1, name: 'root' },
      { kind: 'organisation', owner_id: 1 },
      '{"__proto__":{"is_administrator":true}}',
      '{"constructor":{"prototype":{"isAdministrator":true}}}',
    ]) {
      const { status } = await server.api('PATCH /api/v1/users/eve', { as: eve, body });
      assert.ok([400, 403].includes(status), `${JSON.stringify(body)}: ${status}`);
    }
    const { is_administrator: isAdministrator } = await server.must('GET /api/v1/me', { as: eve });
    assert.equal(isAdministrator, false);
    assert.equal(({} as Record<string, unknown>).is_administrator, undefined);
  });

  test('nobody makes things in another’s name', async () => {
    for (const [line, body] of [
      ['POST /api/v1/organisations', { name: 'evils', owner: 'ann' }],
      ['POST /api/v1/repositories', { name: 'eve/app', created_by: 'ann', is_official: true }],
      ['PATCH /api/v1/repositories/ann/app', { is_official: true }],
      ['POST /api/v1/users/eve/tokens', { name: 'x', actions: ['pull'], account_id: 1 }],
      ['POST /api/v1/users/ann/tokens', { name: 'x', actions: ['pull'] }],
    ] as const) {
      const { status } = await server.api(line, { as: eve, body });
      assert.ok([400, 403, 404].includes(status), `${line}: ${status}`);
    }
    await server.must('POST /api/v1/repositories', { as: eve, body: { name: 'eve/mine' } });
    const official = await server.api('PATCH /api/v1/repositories/eve/mine', {
      as: eve,
      body: { is_official: true },
    });
    assert.equal(official.status, 403);
  });
});

describe('bodies', () => {
  const line = 'POST /api/v1/repositories';
  for (const [title, body] of [
    ['nested 100,000 deep', '['.repeat(100_000)],
    ['closed, nested 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['objects nested 40,000 deep', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['no JSON', '{"name":'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1')],
    ['null', 'null'],
    ['a number', '1e400'],
    ['names of prototypes', '{"name":"eve/x","toString":1,"__proto__":{"visibility":"public"}}'],
  ] as const) {
    test(`${title} → 400`, async () => {
      const answer = await server.api(line, { as: eve, body });
      assert.equal(answer.status, 400, answer.body.toString().slice(0, 200));
      assert.equal(answer.header('content-type'), 'application/problem+json');
    });
  }

  test('far too long → 413, also when it is chunked', async () => {
    const headers = { Authorization: eve, 'Content-Type': 'application/json' };
    const piece = Buffer.alloc(64 * 1024, ' ');
    const answer = await server.raw(line, { headers, body: Array.from({ length: 20 }, () => piece) });
    assert.equal(answer.status, 413);
  });
});

describe('names and paths', () => {
  for (const path of [
    'ann%2fapp/../../secret',
    '../users/ann',
    '..%2f..%2fusers%2fann',
    'ann//app',
    'ann/./app',
    'ann/../ann/app',
    'ann/app%00',
    'ann/app%0d%0aSet-Cookie:%20x=1',
    'ANN/app',
    'ann/app/',
    'ann%5capp',
    'ann/app%2e%2e',
    'ann/%F0%9F%92%A9',
    '%61nn/app%20',
    'a'.repeat(5_000),
    'ann/app/%2F',
  ]) {
    test(`/api/v1/repositories/${path.slice(0, 40)} is nothing to a stranger`, async () => {
      for (const as of [undefined, eve]) {
        for (const tail of ['', '/visibility', '/star']) {
          const answer = await server.api(`GET /api/v1/repositories/${path}${tail}`, { as });
          assert.ok([400, 401, 403, 404, 405].includes(answer.status), `${answer.status} ${answer.body}`);
          assert.equal(answer.header('set-cookie'), undefined);
        }
      }
    });
  }

  test('an encoded slash names the same repository, with the same rights', async () => {
    assert.equal((await server.api('GET /api/v1/repositories/ann%2Fapp', { as: ann })).status, 200);
    assert.equal((await server.api('GET /api/v1/repositories/ann%2Fapp', { as: eve })).status, 404);
  });

  test('control characters in names reach no header and no log line', async () => {
    const body = { name: 'x\r\nSet-Cookie: a=b', actions: ['pull'] };
    assert.equal((await server.api('POST /api/v1/users/eve/tokens', { as: eve, body })).status, 400);
    const query = 'scope=repository:x%0d%0aSet-Cookie:a=b:pull&service=lading';
    const answer = await server.raw(`GET /token?${query}`);
    assert.equal(answer.header('set-cookie'), undefined);
    assert.ok(answer.status < 500);
  });
});

describe('cursors', () => {
  for (const line of [
    'GET /api/v1/organisations',
    'GET /api/v1/stars',
    'GET /api/v1/search?q=app',
    'GET /api/v1/namespaces/ann/repositories',
    'GET /api/v1/namespaces/ann/grants',
    'GET /api/v1/users',
    'GET /api/v1/audit',
  ]) {
    test(`${line}: one that was made up shows nothing and breaks nothing`, async () => {
      for (const position of [
        '{}',
        '[]',
        '"bob/"',
        '""',
        '-1',
        '1e308',
        '[1,"x"]',
        '{"__proto__":1}',
        'null',
        'x',
      ]) {
        const cursor = Buffer.from(position).toString('base64url');
        const target = `${line}${line.includes('?') ? '&' : '?'}cursor=${cursor}`;
        for (const as of [eve, server.root]) {
          const { status } = await server.api(target, { as });
          assert.ok(status < 500, `${position}: ${status}`);
        }
      }
    });
  }

  test('one of another list is refused, and one of one’s own shows nobody else’s things', async () => {
    await pushAs(server, ann, { repository: 'ann/zoo', image: buildImage({ seed: 9 }) });
    const { next } = await server.must('GET /api/v1/namespaces/ann/repositories?limit=1', { as: ann });
    assert.ok(next);
    const other = await server.api(`GET /api/v1/namespaces/eve/repositories?cursor=${next}`, { as: eve });
    assert.equal(other.status, 400);
    const { items } = await server.must(`GET /api/v1/namespaces/ann/repositories?cursor=${next}`, {
      as: eve,
    });
    assert.deepEqual(items, []);
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'Idempotency-Key': 'f3f1a3c8-6f0e-4b7e-9a35-1d2c3b4a5968' };

  test('shows its secret to nobody but who made it', async () => {
    const body = { name: 'idem', actions: ['pull'] };
    const made = await server.must('POST /api/v1/users/ann/tokens', { as: ann, body, headers: key });
    const again = await server.must('POST /api/v1/users/ann/tokens', { as: ann, body, headers: key });
    assert.equal(again.secret, made.secret);
    for (const as of [undefined, eve]) {
      const answer = await server.api('POST /api/v1/users/ann/tokens', { as, body, headers: key });
      assert.ok([401, 404].includes(answer.status));
      assert.doesNotMatch(answer.body.toString(), /lading_pat/);
    }
    const other = await server.api('POST /api/v1/users/eve/tokens', { as: eve, body, headers: key });
    assert.equal(other.status, 201);
    assert.notEqual((other.json() as { secret: string }).secret, made.secret);
  });

  test('lets nobody do again what he may not do any more', async () => {
    const body = { name: 'acme-i' };
    const headers = { 'Idempotency-Key': 'a-key-of-the-organisation' };
    const own = { 'Idempotency-Key': 'a-key-of-one-who-leaves' };
    await server.must('POST /api/v1/organisations', { as: ann, body, headers });
    await server.must('POST /api/v1/organisations/acme-i/robots', { as: ann, body: { name: 'ci' } });
    const line = 'POST /api/v1/organisations/acme-i/robots/ci/tokens';
    const token = { name: 'one', actions: ['pull'] };
    await server.must('PUT /api/v1/organisations/acme-i/members/eve', { as: ann, body: { role: 'owner' } });
    await server.must(line, { as: eve, body: token, headers: own });
    await server.must('DELETE /api/v1/organisations/acme-i/members/eve', { as: ann });
    const answer = await server.api(line, { as: eve, body: token, headers: own });
    assert.equal(answer.status, 404);
    assert.doesNotMatch(answer.body.toString(), /lading_rob/);
  });
});

test('who asks too often is told when to ask again, and others are not', async () => {
  let refused: Awaited<ReturnType<typeof server.api>> | undefined;
  for (let count = 0; count < 5_000 && !refused; count += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.api('GET /api/v1/me', { as: eve })),
    );
    refused = answers.find(({ status }) => status !== 200);
  }
  assert.equal(refused?.status, 429);
  assert.match(refused?.header('retry-after') ?? '', /^\d+$/);
  assert.equal((await server.api('GET /api/v1/me', { as: ann })).status, 200);
  server.clock.advance(60_000);
  assert.equal((await server.api('GET /api/v1/me', { as: eve })).status, 200);
});
