import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { defineContract, pageQuery, queryList } from '../api/index.ts';
import { type Ask, ask, startTestServer } from '../testing/index.ts';
import { apiRoute } from './api-route.ts';
import { assertIfMatch, etagOf } from './etag.ts';

const thing = z.strictObject({ name: z.string().max(20), size: z.int() });
let stored = { name: 'a', size: 1 };

const get = apiRoute(
  defineContract({
    name: 'thing.get',
    method: 'GET',
    path: '/api/v1/things/{name}',
    summary: 'A thing',
    params: z.strictObject({ name: z.string().max(5) }),
    query: pageQuery.extend({ label: queryList(z.string()).optional() }),
    result: z.object({ name: z.string(), query: z.unknown() }),
  }),
  {
    access: () => 'optional',
    handle: async ({ params, query }) => {
      const body = { name: params.name, query, secretHash: 'x' };
      return { body, etag: etagOf(stored) };
    },
  },
);
const put = apiRoute(
  defineContract({
    name: 'thing.update',
    method: 'PUT',
    path: '/api/v1/things/{name}',
    summary: 'Change a thing',
    params: z.strictObject({ name: z.string() }),
    body: thing,
    result: thing,
  }),
  {
    access: () => 'optional',
    handle: async ({ body, call }) => {
      assertIfMatch(call, etagOf(stored));
      stored = body;
      return { body: stored, etag: etagOf(stored) };
    },
  },
);
const remove = apiRoute(
  defineContract({
    name: 'thing.delete',
    method: 'DELETE',
    path: '/api/v1/things/{name}',
    summary: 'Remove a thing',
    status: 204,
  }),
  { access: () => 'optional', handle: async () => ({}) },
);

const star = apiRoute(
  defineContract({
    name: 'star.put',
    method: 'PUT',
    path: '/api/v1/stars/{name}',
    summary: 'Star',
    versioned: false,
    status: 204,
  }),
  { access: () => 'optional', handle: async () => ({}) },
);

const unstar = apiRoute(
  defineContract({
    name: 'star.delete',
    method: 'DELETE',
    path: '/api/v1/stars/{name}',
    summary: 'Unstar',
    status: 204,
  }),
  { access: () => 'optional', handle: async () => ({}) },
);

const logIn = apiRoute(
  defineContract({
    name: 'thing.log-in',
    method: 'POST',
    path: '/api/v1/logins',
    summary: 'For anybody',
    body: z.strictObject({ name: z.string() }),
    status: 204,
  }),
  { access: () => 'public', handle: async () => ({}) },
);

const server = await startTestServer({ store: 'memory', routes: [get, put, remove, star, unstar, logIn] });
after(() => server.close());

const send = (body: string, headers: Ask['headers'] = {}) =>
  ask(server, 'PUT /api/v1/things/a', { body, headers: { 'Content-Type': 'application/json', ...headers } });
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code: string }).code;

test('a parameter without a value counts as left out, a repeated one is a list, one alone is a list of one', async () => {
  const queryOf = async (query: string) =>
    ((await ask(server, `GET /api/v1/things/a?${query}`)).json() as { query: unknown }).query;
  assert.deepEqual(await queryOf('limit=&cursor=&label='), { limit: 50 });
  assert.deepEqual(await queryOf('label=x'), { limit: 50, label: ['x'] });
  assert.deepEqual(await queryOf('label=x&label=&label=y'), { limit: 50, label: ['x', 'y'] });
});

test('what is not repeatable and is repeated, what is unknown and what is out of bounds is refused by name', async () => {
  for (const query of ['limit=1&limit=2', 'limit=0', 'limit=101', 'limit=x', 'colour=red', '__proto__=1']) {
    const answer = await ask(server, `GET /api/v1/things/a?${query}`);
    assert.equal(answer.status, 400, query);
    assert.equal(codeOf(answer), 'invalid-request');
    assert.equal(answer.header('content-type'), 'application/problem+json');
  }
  assert.equal((await ask(server, 'GET /api/v1/things/toolong')).status, 400);
});

test('the answer holds nothing that the contract does not name, and is not to be cached', async () => {
  const answer = await ask(server, 'GET /api/v1/things/a');
  assert.deepEqual(Object.keys(answer.json() as object), ['name', 'query']);
  assert.equal(answer.header('cache-control'), 'no-store');
});

test('HEAD → the headers of GET and no body', async () => {
  const [head, full] = [
    await ask(server, 'HEAD /api/v1/things/a'),
    await ask(server, 'GET /api/v1/things/a'),
  ];
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
  for (const name of ['content-length', 'content-type', 'etag'])
    assert.equal(head.header(name), full.header(name));
});

test('If-Match of another version → 412 with the version now, and nothing changes', async () => {
  const before = (await ask(server, 'HEAD /api/v1/things/a')).header('etag') ?? '';
  for (const stale of ['"old"', `W/${before}`, '"a", "b"', '']) {
    const refused = await send('{"name":"b","size":2}', { 'If-Match': stale });
    assert.equal(refused.status, 412, stale);
    assert.equal(codeOf(refused), 'precondition-failed');
    assert.equal(refused.header('etag'), before);
  }
  for (const [size, match] of [
    [2, before],
    [3, '*'],
  ] as const) {
    const changed = await send(`{"name":"b","size":${size}}`, { 'If-Match': match });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.header('etag'), before);
  }
  const listed = `"x", ${(await ask(server, 'HEAD /api/v1/things/a')).header('etag')}`;
  assert.equal((await send('{"name":"b","size":4}', { 'If-Match': listed })).status, 200);
  assert.equal((await send('{"name":"b","size":5}')).status, 200, 'without If-Match');
});

test('If-Match where there are no versions is refused, not passed over', async () => {
  const headers = { 'If-Match': '"x"' };
  for (const method of ['PUT', 'DELETE']) {
    const answer = await ask(server, `${method} /api/v1/stars/a`, { headers });
    assert.equal(answer.status, 412, method);
    assert.equal(codeOf(answer), 'precondition-failed');
    assert.equal((await ask(server, `${method} /api/v1/stars/a`)).status, 204, method);
  }
});

test('a body that is not what it should be is refused with where', async () => {
  const cases: readonly [body: string, status: number, code: string, type?: string][] = [
    ['{', 400, 'invalid-json'],
    ['\xff', 400, 'invalid-json'],
    ['', 400, 'invalid-json'],
    ['[]', 400, 'invalid-request'],
    ['{"name":"a","size":1,"isAdmin":true}', 400, 'invalid-request'],
    ['{"name":"a","size":1,"__proto__":{}}', 400, 'invalid-request'],
    ['{"name":"a","size":"1"}', 400, 'invalid-request'],
    ['{"name":"a","size":1}', 415, 'unsupported-media-type', 'text/plain'],
    ['{"name":"a","size":1}', 415, 'unsupported-media-type', 'application/x-www-form-urlencoded'],
    [`"${'x'.repeat(256 * 1024)}"`, 413, 'body-too-large'],
  ];
  for (const [body, status, code, type = 'application/json'] of cases) {
    const answer = await send(body, { 'Content-Type': type });
    assert.equal(answer.status, status, body.slice(0, 50));
    assert.equal(codeOf(answer), code);
  }
  const { fields } = (await send('{"name":"a","size":"1"}')).json() as { fields: { pointer: string }[] };
  assert.equal(fields[0]?.pointer, '/size');
});

test('204 has no body', async () => {
  const answer = await ask(server, 'DELETE /api/v1/things/a');
  assert.equal(answer.status, 204);
  assert.equal(answer.body.length, 0);
});

test('a refusal does not give back all of what it refuses', async () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`unknown-${index}`, 1]));
  const answer = await send(JSON.stringify({ name: 'a', size: 1, ...many }));
  assert.equal(answer.status, 400);
  assert.ok(answer.body.length < 2_000, `${answer.body.length} bytes`);
});

test('where nobody has to log in, a body is short', async () => {
  const post = (name: string) =>
    ask(server, 'POST /api/v1/logins', {
      body: JSON.stringify({ name }),
      headers: { 'Content-Type': 'application/json' },
    });
  assert.equal((await post('x'.repeat(16_000))).status, 204);
  assert.equal((await post('x'.repeat(17_000))).status, 413);
});

test('a path that is not there, and a method that a path has not, are refused as problems, too', async () => {
  const missing = await ask(server, 'GET /api/v1/nothing');
  assert.equal(missing.status, 404);
  assert.equal(missing.header('content-type'), 'application/problem+json');
  assert.equal(codeOf(missing), 'not-found');
  const other = await ask(server, 'POST /api/v1/stars/a');
  assert.equal(other.status, 405);
  assert.equal(other.header('content-type'), 'application/problem+json');
  assert.equal(codeOf(other), 'unsupported');
  assert.match(other.header('allow') ?? '', /PUT, DELETE/);
});
