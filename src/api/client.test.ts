import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ApiError, createApiClient, defineContract, pageOf, pageQuery } from './index.ts';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client over a network that answers `reply`, and what it was asked. */
function clientWith(reply: () => Response, authorization?: string) {
  const sent: Sent[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    sent.push({ url: String(url), init });
    return reply();
  };
  return { sent, client: createApiClient({ url: 'https://registry.test/pre/', authorization, fetch }) };
}

const json =
  (body: unknown, init: ResponseInit = {}) =>
  () =>
    Response.json(body, init);

const list = defineContract({
  name: 'tag.list',
  method: 'GET',
  path: '/api/v1/repositories/{name+}/tags',
  summary: 'Tags',
  params: z.strictObject({ name: z.string() }),
  query: pageQuery.extend({ label: z.array(z.string()).optional() }),
  result: pageOf(z.object({ name: z.string() })),
});
const rename = defineContract({
  name: 'user.update',
  method: 'PATCH',
  path: '/api/v1/users/{name}',
  summary: 'Rename',
  params: z.strictObject({ name: z.string() }),
  body: z.strictObject({ name: z.string() }),
  result: z.object({ name: z.string() }),
});
const remove = defineContract({
  name: 'user.delete',
  method: 'DELETE',
  path: '/api/v1/users/{name}',
  summary: 'Remove',
  params: z.strictObject({ name: z.string() }),
  status: 204,
});

test('a call goes to where its contract says, with names escaped and slashes kept where they belong', async () => {
  const { client, sent } = clientWith(json({ items: [{ name: 'v1', extra: 1 }] }), 'Bearer x');
  const page = await client.call(list, {
    params: { name: 'acme/ä b?' },
    query: { limit: 5, label: ['a=1', 'b'], cursor: undefined },
  });
  assert.deepEqual(page, { items: [{ name: 'v1' }] });
  assert.equal(
    sent[0]?.url,
    'https://registry.test/pre/api/v1/repositories/acme/%C3%A4%20b%3F/tags?limit=5&label=a%3D1&label=b',
  );
  const headers = new Headers(sent[0]?.init.headers);
  assert.equal(headers.get('authorization'), 'Bearer x');
  assert.equal(sent[0]?.init.redirect, 'error');
  await client.call(rename, { params: { name: 'a/b' }, body: { name: 'c' } }).catch(() => {});
  assert.equal(sent[1]?.url, 'https://registry.test/pre/api/v1/users/a%2Fb');
});

test('a name that would lead elsewhere is not sent', async () => {
  const { client, sent } = clientWith(json({}));
  for (const name of ['..', '.', '']) {
    await assert.rejects(client.call(remove, { params: { name } }), { code: 'invalid-request' });
  }
  for (const name of ['a/../../users', 'a//b', '/a', 'a/.']) {
    await assert.rejects(client.call(list, { params: { name } }), { code: 'invalid-request' });
  }
  assert.equal(sent.length, 0);
});

test('body, If-Match and Idempotency-Key are sent; the answer’s headers are there for who wants them', async () => {
  const { client, sent } = clientWith(json({ name: 'bo' }, { headers: { ETag: '"v2"' } }));
  const input = { params: { name: 'bob' }, body: { name: 'bo' }, ifMatch: '"v1"', idempotencyKey: 'k' };
  const response = await client.open(rename, input);
  assert.equal(response.headers.get('etag'), '"v2"');
  const headers = new Headers(sent[0]?.init.headers);
  assert.equal(headers.get('if-match'), '"v1"');
  assert.equal(headers.get('idempotency-key'), 'k');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(sent[0]?.init.body, '{"name":"bo"}');
});

test('204 → undefined', async () => {
  const { client } = clientWith(() => new Response(null, { status: 204 }));
  assert.equal(await client.call(remove, { params: { name: 'bob' } }), undefined);
});

test('a refusal is an ApiError with code, sentence, fields, request id, version and when to ask again', async () => {
  const body = {
    type: 'urn:lading:problem:precondition-failed',
    title: 'precondition-failed',
    status: 412,
    code: 'precondition-failed',
    detail: 'It was changed meanwhile.',
    request_id: 'r1',
    fields: [{ pointer: '/name', message: 'is taken' }],
  };
  const { client } = clientWith(json(body, { status: 412, headers: { ETag: '"v3"', 'Retry-After': '7' } }));
  await assert.rejects(client.call(remove, { params: { name: 'bob' } }), (error) => {
    assert.ok(error instanceof ApiError);
    const { code, status, message, fields, requestId, retryAfterSeconds, etag } = error;
    assert.deepEqual(
      { code, status, message, fields, requestId, retryAfterSeconds, etag },
      {
        code: body.code,
        status: 412,
        message: body.detail,
        fields: body.fields,
        requestId: 'r1',
        retryAfterSeconds: 7,
        etag: '"v3"',
      },
    );
    return true;
  });
});

test('what is no answer of the API is said to be none', async () => {
  const foreign: readonly (() => Response)[] = [
    () => new Response('<html>', { status: 502 }),
    () => new Response('<html>', { status: 200 }),
    json({ items: [{ name: 1 }] }),
    json({ errors: [] }, { status: 404 }),
  ];
  for (const reply of foreign) {
    const { client } = clientWith(reply);
    await assert.rejects(client.call(list, { params: { name: 'a' } }), { code: 'unexpected-answer' });
  }
});

test('nobody answers → no-answer with what to look at; an abort stays an abort', async () => {
  const fetch = async () => {
    throw new TypeError('fetch failed');
  };
  const client = createApiClient({ url: 'http://127.0.0.1:1', fetch });
  await assert.rejects(client.call(remove, { params: { name: 'a' } }), {
    code: 'no-answer',
    message: /127\.0\.0\.1:1/,
  });
  const signal = AbortSignal.abort(new Error('own'));
  await assert.rejects(client.call(remove, { params: { name: 'a' }, signal }), /fetch failed/);
});
