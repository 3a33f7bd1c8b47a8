import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineContract } from '../../api/index.ts';
import { jsonReply, type RouteRecord } from '../../http/index.ts';
import { ask, createFakeClock } from '../../testing/index.ts';
import { apiRoute } from '../api-route.ts';
import { problem } from '../problem.ts';
import { startRest } from '../suite/start-rest.ts';
import { createRateLimiter } from './create-rate-limiter.ts';

const route = apiRoute(
  defineContract({
    name: 'thing.get',
    method: 'GET',
    path: '/api/v1/things/{name}',
    summary: 'A thing',
    params: z.strictObject({ name: z.string() }),
    result: z.object({ name: z.string() }),
  }),
  {
    access: () => 'optional',
    async handle({ params }) {
      if (params.name === 'none') throw problem('not-found', 'There is none.');
      return { body: params };
    },
  },
);
const limits = { known: { perMinute: 5 }, anybody: { perMinute: 2 } };

test('beyond the limit → 429 with Retry-After, after which one more may come', async () => {
  await using rest = await startRest([route], limits);
  const get = () => ask(rest, 'GET /api/v1/things/a');
  const first = await get();
  assert.deepEqual(
    ['limit', 'remaining', 'reset'].map((name) => first.header(`ratelimit-${name}`)),
    ['2', '1', '30'],
  );
  assert.equal((await get()).status, 200);
  const refused = await get();
  assert.equal(refused.status, 429);
  assert.equal((refused.json() as { code: string }).code, 'too-many-requests');
  assert.equal(refused.header('retry-after'), '30');
  assert.equal(refused.header('ratelimit-remaining'), '0');
  rest.clock.advance(29_999);
  assert.equal((await get()).status, 429);
  rest.clock.advance(1);
  assert.equal((await get()).status, 200);
  assert.equal((await get()).status, 429);
});

test('each account has its own limit, and addresses theirs', async () => {
  await using rest = await startRest([route], limits);
  const as = (name: string) =>
    ask(rest, 'GET /api/v1/things/a', { headers: { Authorization: `Test ${name}` } });
  for (let index = 0; index < 5; index++) assert.equal((await as('alice')).status, 200);
  assert.equal((await as('alice')).status, 429);
  assert.equal((await as('bob')).status, 200);
  assert.equal((await ask(rest, 'GET /api/v1/things/a')).status, 200);
});

test('routes in the words of others have a part of the same limits, and refuse in their words', async () => {
  const handle = async () => jsonReply(200, {});
  const access = () => 'optional' as const;
  const beside: RouteRecord[] = [
    { name: 'v1.search', method: 'GET', path: '/v1/search', access, handle },
    {
      ...{ name: 'hub.list', method: 'GET', path: '/v2/repositories/{x}', access, handle },
      surface: 'api',
      errorWords: 'docker-hub',
    },
  ];
  await using rest = await startRest([route, ...beside], limits);
  for (const line of ['GET /v1/search', 'GET /api/v1/things/a'])
    assert.equal((await ask(rest, line)).status, 200);
  for (const [line, body] of [
    ['GET /v1/search', /^\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"Too many requests: /],
    ['GET /v2/repositories/acme', /^\{"detail":"Too many requests: .*","message":"Too many requests: /],
  ] as const) {
    const refused = await ask(rest, line);
    assert.equal(refused.status, 429, line);
    assert.equal(refused.header('retry-after'), '30');
    assert.match(refused.body.toString(), body);
  }
});

test('a refusal of the handler tells the limits, too', async () => {
  await using rest = await startRest([route], limits);
  const answer = await ask(rest, 'GET /api/v1/things/none');
  assert.equal(answer.status, 404);
  assert.equal(answer.header('ratelimit-remaining'), '1');
});

test('a clock that goes back takes nothing away, and memory stays bounded', () => {
  const clock = createFakeClock();
  const limiter = createRateLimiter(clock);
  assert.equal(limiter.take('a', { perMinute: 2 }).remaining, 1);
  clock.advance(-3_600_000);
  assert.equal(limiter.take('a', { perMinute: 2 }).remaining, 0);
  for (let index = 0; index < 20_000; index++) limiter.take(`flood ${index}`, { perMinute: 2 });
  assert.equal(limiter.take('a', { perMinute: 2 }).remaining, 1, 'the longest silent is forgotten');
  assert.equal(limiter.take('flood 19999', { perMinute: 2 }).remaining, 0);
});
