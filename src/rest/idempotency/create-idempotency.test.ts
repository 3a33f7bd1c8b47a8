import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { defineContract } from '../../api/index.ts';
import { ask } from '../../testing/index.ts';
import { apiRoute } from '../api-route.ts';
import { problem } from '../problem.ts';
import { startRest } from '../suite/start-rest.ts';

const KEY = '1f0c6a3e-6f0e-4b52-8c8a-2d9d6f5e7a11';

/** Makes tokens; counts them. `gate` holds the making up. */
function tokenRoute(gate: () => Promise<void> = async () => {}) {
  const made: string[] = [];
  const contract = defineContract({
    name: 'token.create',
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Make a token',
    body: z.strictObject({ name: z.string() }),
    result: z.object({ name: z.string(), secret: z.string() }),
    status: 201,
  });
  const route = apiRoute(contract, {
    access: () => 'optional',
    async handle({ body }) {
      await gate();
      if (body.name === 'taken') throw problem('conflict', 'There is one.');
      made.push(body.name);
      return { body: { name: body.name, secret: `open-sesame-${made.length}` } };
    },
  });
  return { route, made };
}

type Rest = Awaited<ReturnType<typeof startRest>>;

const create = (rest: Rest, options: { key?: string; who?: string; name?: string } = {}) => {
  const { key = KEY, who = 'alice', name = 'ci' } = options;
  return ask(rest, 'POST /api/v1/tokens', {
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, Authorization: `Test ${who}` },
    body: JSON.stringify({ name }),
  });
};
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code: string }).code;

test('the same key and body again → the same answer and nothing made, also after a restart', async () => {
  const { route, made } = tokenRoute();
  await using rest = await startRest([route]);
  const first = await create(rest);
  assert.equal(first.status, 201);
  assert.equal(first.header('idempotency-replayed'), undefined);
  const second = await create(rest);
  await rest.restart();
  for (const again of [second, await create(rest)]) {
    assert.equal(again.status, 201);
    assert.deepEqual(again.body, first.body);
    assert.equal(again.header('content-type'), first.header('content-type'));
    assert.equal(again.header('idempotency-replayed'), 'true');
  }
  assert.deepEqual(made, ['ci']);
});

test('after 24 hours the key is as new, and what was kept is gone', async () => {
  const { route, made } = tokenRoute();
  await using rest = await startRest([route]);
  await create(rest);
  rest.clock.advance(24 * 60 * 60_000 - 1);
  await create(rest);
  assert.equal(made.length, 1);
  rest.clock.advance(1);
  await create(rest);
  assert.equal(made.length, 2);
  await create(rest, { key: `${KEY}-2` });
  rest.clock.advance(24 * 60 * 60_000);
  await create(rest, { key: `${KEY}-3` });
  assert.equal((await rest.db.reads.selectFrom('idempotency_answer').selectAll().execute()).length, 1);
});

test('the same key with another body → 422 idempotency-key-reused, nothing made', async () => {
  const { route, made } = tokenRoute();
  await using rest = await startRest([route]);
  await create(rest);
  const other = await create(rest, { name: 'other' });
  assert.equal(other.status, 422);
  assert.equal(codeOf(other), 'idempotency-key-reused');
  assert.deepEqual(made, ['ci']);
});

test('the key of one is not the key of another', async () => {
  const { route, made } = tokenRoute();
  await using rest = await startRest([route]);
  const answers = [await create(rest), await create(rest, { who: 'mallory' })];
  assert.equal(made.length, 2);
  assert.notDeepEqual(answers[0]?.body, answers[1]?.body);
});

test('while the first is being answered → 409 with Retry-After; afterwards its answer', async () => {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const { route, made } = tokenRoute(() => {
    reached.resolve();
    return gate.promise;
  });
  await using rest = await startRest([route]);
  const first = create(rest);
  await reached.promise;
  const second = await create(rest);
  assert.equal(second.status, 409);
  assert.equal(codeOf(second), 'idempotency-in-progress');
  assert.equal(second.header('retry-after'), '1');
  gate.resolve();
  assert.equal((await first).status, 201);
  assert.equal((await create(rest)).status, 201);
  assert.equal(made.length, 1);
});

test('a refusal is not kept: the same key may succeed later', async () => {
  let fails = true;
  const { route, made } = tokenRoute(async () => {
    if (fails) throw problem('unavailable', 'Not now.');
  });
  await using rest = await startRest([route]);
  assert.equal((await create(rest)).status, 503);
  fails = false;
  assert.equal((await create(rest)).status, 201);
  assert.equal(made.length, 1);
});

test('a key that could be guessed is refused', async () => {
  const { route, made } = tokenRoute();
  await using rest = await startRest([route]);
  for (const key of ['', '1', 'fifteen-letters', 'with a space in it', 'x'.repeat(256)]) {
    const answer = await create(rest, { key });
    assert.equal(answer.status, 400, key);
  }
  assert.equal(made.length, 0);
});

test('neither the secret of the answer nor the key nor the request can be read from the database', async () => {
  const { route } = tokenRoute();
  await using rest = await startRest([route]);
  const { secret } = (await create(rest, { name: 'very-private' })).json() as { secret: string };
  const [row] = await rest.db.reads.selectFrom('idempotency_answer').selectAll().execute();
  assert.ok(row);
  const stored = Buffer.concat([Buffer.from(row.key_hash), row.salt, row.answer]);
  for (const text of [secret, KEY, 'very-private']) {
    for (const form of [text, Buffer.from(text).toString('base64').slice(0, -3)]) {
      assert.equal(stored.includes(form), false, form);
    }
  }
  assert.equal((await readFile(import.meta.filename)).includes('open-sesame'), true, 'would notice');
});

test('without a key every create makes one', async () => {
  const { route, made } = tokenRoute();
  await using rest = await startRest([route]);
  for (let index = 0; index < 2; index++) {
    const headers = { 'Content-Type': 'application/json' };
    await ask(rest, 'POST /api/v1/tokens', { headers, body: '{"name":"ci"}' });
  }
  assert.equal(made.length, 2);
});
