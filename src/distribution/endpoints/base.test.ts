import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, assertRefused, sharedServer, startTestServer } from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });

for (const line of ['GET /v2/', 'GET http://registry.example/v2/', 'GET /v2/?ns=docker.io', 'HEAD /v2/']) {
  test(`${line} → 200 {} with the version of the API`, async () => {
    const answer = await ask(server, line);
    assert.equal(answer.status, 200);
    assert.equal(answer.header('docker-distribution-api-version'), 'registry/2.0');
    assert.equal(answer.header('content-type'), 'application/json');
    assert.equal(answer.header('content-length'), '3');
    assert.equal(answer.body.toString(), line.startsWith('HEAD') ? '' : '{}\n');
  });
}

test('GET /v2 → 301 to /v2/', async () => {
  const answer = await ask(server, 'GET /v2');
  assert.equal(answer.status, 301);
  assert.equal(answer.header('location'), '/v2/');
});

test('GET / → 200, empty, not cached: load balancers of registry:2 ask it', async () => {
  const answer = await ask(server, 'GET /');
  assert.equal(answer.status, 200);
  assert.equal(answer.body.byteLength, 0);
  assert.equal(answer.header('cache-control'), 'no-cache');
});

for (const target of [
  '/v1/_ping',
  '/v2//',
  '/v2/a',
  '/v2/a/',
  '//v2/',
  '/V2/',
  '/v2/a/manifests/',
  '/v2/tags/list',
  '*',
]) {
  test(`GET ${target} → 404 in the form of the API`, async () => {
    const answer = await ask(server, `GET ${target}`);
    assertRefused(answer, 404, 'UNSUPPORTED');
    assert.equal(answer.header('docker-distribution-api-version'), 'registry/2.0');
  });
}

for (const [line, allow] of [
  ['POST /v2/', 'GET, HEAD, OPTIONS'],
  ['PATCH /v2/a/manifests/b', 'GET, PUT, DELETE, HEAD, OPTIONS'],
  ['PUT /v2/a/blobs/uploads/', 'POST, OPTIONS'],
  ['GET /v2/a/blobs/uploads/', 'POST, OPTIONS'],
] as const) {
  test(`${line} → 405 and what is allowed`, async () => {
    const answer = await ask(server, line);
    assertRefused(answer, 405, 'UNSUPPORTED');
    assert.equal(answer.header('allow'), allow);
  });
}

test('every answer says which request it was and nothing may guess its type', async () => {
  const answers = await Promise.all([ask(server, 'GET /v2/'), ask(server, 'GET /nowhere')]);
  const ids = answers.map((answer) => answer.header('x-request-id'));
  assert.equal(new Set(ids).size, 2);
  for (const answer of answers) assert.equal(answer.header('x-content-type-options'), 'nosniff');
});

test('headers of the configuration are on every answer', async () => {
  await using other = await startTestServer({
    store: 'memory',
    answer: { headers: { 'X-One': ['1', '2'] } },
  });
  for (const line of ['GET /v2/', 'GET /nowhere']) {
    assert.equal((await ask(other, line)).header('x-one'), '1, 2');
  }
});

test('with a prefix the API is below it and nowhere else, and locations lead there', async () => {
  await using other = await startTestServer({ store: 'memory', answer: { prefix: '/reg/' } });
  assert.equal((await ask(other, 'GET /reg/v2/')).status, 200);
  assert.equal((await ask(other, 'GET /v2/')).status, 404);
  assert.equal((await ask(other, 'GET /regv2/')).status, 404);
  const started = await ask(other, 'POST /reg/v2/a/blobs/uploads/');
  assert.match(started.header('location') ?? '', /^\/reg\/v2\/a\/blobs\/uploads\/[0-9a-f-]{36}$/);
});

test('with an external URL locations are absolute below it', async () => {
  await using other = await startTestServer({
    store: 'memory',
    answer: { externalUrl: 'https://hub.example' },
  });
  const started = await ask(other, 'POST /v2/a/blobs/uploads/');
  assert.match(
    started.header('location') ?? '',
    /^https:\/\/hub\.example\/v2\/a\/blobs\/uploads\/[0-9a-f-]{36}$/,
  );
});

test('OPTIONS → 204 with what is allowed and no login: browsers send no credentials with it', async () => {
  const answer = await ask(server, 'OPTIONS /v2/a/tags/list');
  assert.equal(answer.status, 204);
  assert.equal(answer.header('allow'), 'GET, HEAD, OPTIONS');
  assertRefused(await ask(server, 'OPTIONS /nothing'), 404, 'UNSUPPORTED');
});
