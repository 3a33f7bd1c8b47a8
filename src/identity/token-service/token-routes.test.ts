import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import type { RateLimit } from '../../rest/index.ts';
import { type Answer, type Ask, ask, startTestServer } from '../../testing/index.ts';
import { startTokenService } from './testing/start-token-service.ts';

interface TokenAnswer {
  readonly token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
  readonly scope: string;
  readonly refresh_token?: string;
}

const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});
const form = (fields: string): Ask => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: fields,
});
const tokenOf = (answer: Answer) => {
  assert.equal(answer.status, 200, answer.body.toString());
  return answer.json() as TokenAnswer;
};
const accessOf = (answer: Answer) => decodeJwt(tokenOf(answer).token).access;

async function start(limit?: RateLimit) {
  const started = new AsyncDisposableStack();
  const service = started.use(await startTokenService(limit));
  const server = started.use(await startTestServer({ store: 'memory', routes: service.routes }));
  service.rights.set('ann/app', ['pull', 'push', 'delete', '*']);
  service.rights.set('team/app', ['pull']);
  service.publicRights.set('open/app', ['pull']);
  service.publicRights.set('catalog', ['search']);
  return {
    service,
    server,
    get: (query: string, credentials?: string) =>
      ask(server, `GET /token?${query}`, credentials === undefined ? {} : { headers: basic(credentials) }),
    post: (fields: string) => ask(server, 'POST /token', form(fields)),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

test('GET with a password → a token for what was asked and is allowed, in every field that clients read', async () => {
  await using on = await start();
  const query = 'service=lading&account=ann&client_id=docker&scope=repository:ann/app:pull,push';
  const answer = await on.get(query, 'ann:secret');
  const body = tokenOf(answer);
  assert.equal(body.token, body.access_token);
  assert.equal(body.expires_in, 300);
  assert.match(body.issued_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(body.scope, 'repository:ann/app:pull,push');
  assert.equal(body.refresh_token, undefined);
  assert.equal(answer.header('cache-control'), 'no-store');
  const claims = decodeJwt(body.token);
  const now = Math.floor(on.service.clock.now() / 1000);
  assert.deepEqual(
    { ...claims, jti: undefined, lading: undefined },
    {
      iss: 'lading',
      aud: 'lading',
      sub: 'ann',
      iat: Date.parse(body.issued_at) / 1000,
      nbf: now - 30,
      exp: now + 300,
      access: [{ type: 'repository', name: 'ann/app', actions: ['pull', 'push'] }],
      jti: undefined,
      lading: undefined,
    },
  );
  assert.ok((await on.service.verifier.verify(body.token))?.actor);
});

test('the token verifies with the keys that are published', async () => {
  await using on = await start();
  const published = await ask(on.server, 'GET /.well-known/jwks.json');
  const keys = createLocalJWKSet(published.json() as JSONWebKeySet);
  const { token } = tokenOf(await on.get('scope=repository:open/app:pull'));
  assert.equal(decodeProtectedHeader(token).typ, 'JWT');
  const currentDate = new Date(on.service.clock.now());
  await jwtVerify(token, keys, { issuer: 'lading', audience: 'lading', currentDate });
  assert.doesNotMatch(published.body.toString(), /"d"/);
});

const granted: readonly [title: string, query: string, access: readonly string[]][] = [
  ['all actions are asked for', 'scope=repository:ann/app:*', ['ann/app:pull,push,delete,*']],
  ['crane asks to delete', 'scope=repository:ann/app:push,pull,delete', ['ann/app:push,pull,delete']],
  ['less is allowed', 'scope=repository:team/app:pull,push', ['team/app:pull']],
  ['nothing is allowed', 'scope=repository:other/app:pull', []],
  [
    'scopes are repeated',
    'scope=repository:ann/app:pull&scope=repository:team/app:pull',
    ['ann/app:pull', 'team/app:pull'],
  ],
  [
    'scopes are joined',
    'scope=repository:ann/app:pull%20repository:team/app:pull',
    ['ann/app:pull', 'team/app:pull'],
  ],
  ['one of several is not understood', 'scope=nonsense&scope=repository:ann/app:pull', ['ann/app:pull']],
  [
    'content trust asks',
    'scope=repository:localhost:5000/ann/app:push,pull',
    ['localhost:5000/ann/app:push,pull'],
  ],
  ['a plugin is pulled', 'scope=repository(plugin):ann/app:pull', ['ann/app:pull']],
  ['the catalog is searched', 'scope=registry:catalog:*&scope=registry:catalog:search', ['catalog:search']],
  ['another account is named', 'account=bob&scope=repository:ann/app:pull', ['ann/app:pull']],
  ['nothing is asked for (docker login)', 'service=lading&account=ann&client_id=docker', []],
];

for (const [title, query, access] of granted) {
  test(`GET with a password grants what is due when ${title}`, async () => {
    await using on = await start();
    const entries = accessOf(await on.get(query, 'ann:secret')) as { name: string; actions: string[] }[];
    assert.deepEqual(
      entries.map(({ name, actions }) => `${name}:${actions.join(',')}`),
      access,
    );
  });
}

test('anybody gets a token for what is public; an empty user is anybody', async () => {
  await using on = await start();
  const query = 'scope=repository:open/app:pull,push&scope=repository:ann/app:pull';
  for (const credentials of [undefined, ':', ':password']) {
    const answer = await on.get(`${query}&offline_token=true`, credentials);
    assert.deepEqual(accessOf(answer), [{ type: 'repository', name: 'open/app', actions: ['pull'] }]);
    assert.equal(decodeJwt(tokenOf(answer).token).sub, '');
    assert.equal(tokenOf(answer).refresh_token, undefined);
  }
  assert.deepEqual(accessOf(await on.get('')), []);
  assert.deepEqual(on.service.attempts, []);
});

test('GET with a wrong password, an unknown user or no Basic credentials → 401 that is no Bearer challenge', async () => {
  await using on = await start();
  for (const authorization of [
    basic('ann:wrong').authorization,
    basic('bob:secret').authorization,
    'Basic ***',
    'Basic',
    'Bearer x.y.z',
  ]) {
    const answer = await ask(on.server, 'GET /token?scope=repository:open/app:pull', {
      headers: { authorization },
    });
    assert.equal(answer.status, 401, authorization);
    assert.equal(answer.errorCode(), 'UNAUTHORIZED');
    assert.equal(answer.header('www-authenticate'), 'Basic realm="Lading"');
    assert.equal(answer.header('cache-control'), 'no-store');
  }
});

test('a registry token buys no other registry token', async () => {
  await using on = await start();
  const { token } = tokenOf(await on.get('', 'ann:secret'));
  const answer = await ask(on.server, 'GET /token', { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 401);
  assert.equal((await on.get('', `ann:${token}`)).status, 401);
  assert.equal((await on.post(`grant_type=refresh_token&refresh_token=${token}`)).status, 400);
});

test('a token for another service is not to be had here, with GET or POST', async () => {
  await using on = await start();
  const asked = await on.get('service=registry.docker.io', 'ann:secret');
  assert.equal(asked.status, 400);
  assert.match(asked.body.toString(), /service=lading/);
  const posted = await on.post('service=other&grant_type=password&username=ann&password=secret');
  assert.equal(posted.status, 400);
  assert.deepEqual(on.service.attempts, [], 'the password is not even looked at');
});

test('docker login: GET with offline_token → a refresh token, with which POST gives tokens until it is revoked', async () => {
  await using on = await start();
  const login = tokenOf(await on.get('client_id=docker&offline_token=true', 'ann:secret'));
  const secret = login.refresh_token ?? '';
  assert.match(secret, /^lading_rfr_/);
  const fields = `grant_type=refresh_token&service=lading&client_id=docker&refresh_token=${secret}`;
  const refreshed = await on.post(`${fields}&scope=repository:ann/app:pull&scope=repository:team/app:pull`);
  assert.equal(tokenOf(refreshed).refresh_token, secret, 'it is not rotated: clients keep no new one');
  assert.equal((accessOf(refreshed) as unknown[]).length, 2);
  const [device] = await on.service.refreshTokens.list(on.service.ann.id);
  assert.equal(device?.clientId, 'docker');
  assert.equal(device?.createdFrom, '127.0.0.1');

  await on.service.refreshTokens.revoke({ accountId: on.service.ann.id, id: device?.id ?? '' });
  const refused = await on.post(fields);
  assert.equal(refused.status, 400);
  const { error, errors } = refused.json() as { error: string; errors: { message: string }[] };
  assert.equal(error, 'invalid_grant');
  assert.match(errors[0]?.message ?? '', /Log in again/);
  assert.equal(await on.service.verifier.verify(tokenOf(refreshed).token), undefined);
});

test('containerd and buildkit: POST with a password, offline or not', async () => {
  await using on = await start();
  const fields =
    'grant_type=password&service=lading&client_id=containerd-client&username=ann&password=secret';
  const answer = await on.post(`${fields}&scope=repository:ann/app:pull%20repository:team/app:pull`);
  assert.equal(tokenOf(answer).scope, 'repository:ann/app:pull repository:team/app:pull');
  assert.equal(tokenOf(answer).refresh_token, undefined);
  const offline = tokenOf(await on.post(`${fields}&access_type=offline`));
  assert.match(offline.refresh_token ?? '', /^lading_rfr_/);
});

const refusedForms: readonly [title: string, asked: Ask, error: string][] = [
  ['a wrong password', form('grant_type=password&username=ann&password=wrong'), 'invalid_grant'],
  ['no user', form('grant_type=password&password=secret'), 'invalid_grant'],
  [
    'a user that no Basic header could name',
    form('grant_type=password&username=ann%00&password=secret'),
    'invalid_grant',
  ],
  ['an unknown refresh token', form('grant_type=refresh_token&refresh_token=x'), 'invalid_grant'],
  ['no refresh token', form('grant_type=refresh_token'), 'invalid_grant'],
  ['an authorization code', form('grant_type=authorization_code&code=x'), 'unsupported_grant_type'],
  ['no grant type', form('username=ann&password=secret'), 'invalid_request'],
  [
    'no form',
    { body: '{"grant_type":"password"}', headers: { 'content-type': 'application/json' } },
    'invalid_request',
  ],
  ['a form of 65 KiB', form(`grant_type=password&scope=${'x'.repeat(65 * 1024)}`), 'invalid_request'],
  [
    'a form of 65 KiB in pieces',
    { ...form(''), body: Array(65).fill(Buffer.alloc(1024, 'x')) },
    'invalid_request',
  ],
];

for (const [title, asked, error] of refusedForms) {
  test(`POST with ${title} → 400 ${error}`, async () => {
    await using on = await start();
    const answer = await ask(on.server, 'POST /token', asked);
    assert.equal(answer.status, 400, answer.body.toString());
    assert.equal((answer.json() as { error: string }).error, error);
    assert.equal(answer.header('cache-control'), 'no-store');
  });
}

test('no refusal and no log line repeats a secret', async () => {
  await using on = await start();
  const answers = [
    await on.get('', 'ann:hunter2'),
    await on.post('grant_type=password&username=ann&password=hunter2'),
    await on.post('grant_type=refresh_token&refresh_token=hunter2'),
  ];
  for (const answer of answers) assert.doesNotMatch(answer.body.toString(), /hunter2/);
  await on.server.idle();
  assert.doesNotMatch(JSON.stringify([on.server.log.entries, on.server.records]), /hunter2/);
});

test('a request for thousands of long names is answered with less, within 64 KiB, by a token that works', async () => {
  await using on = await start();
  const names = Array.from({ length: 220 }, (_, index) => `ann/${String(index).padStart(250, 'x')}`);
  for (const name of names) on.service.rights.set(name, ['pull']);
  const scope = names.map((name) => `repository:${name}:pull`).join('%20');
  const answer = await on.get(`scope=${scope}`, 'ann:secret');
  const { token } = tokenOf(answer);
  assert.ok(answer.body.byteLength < 64 * 1024, `${answer.body.byteLength}`);
  const verified = await on.service.verifier.verify(token);
  assert.ok((verified?.claims.length ?? 0) > 20);
});

test('too many tokens → 429 with Retry-After, in either flow: an account for itself, anybody by address', async () => {
  await using on = await start({ perMinute: 2 });
  const post = (secret: string) =>
    on.post(`grant_type=password&service=lading&client_id=c&username=ann&password=${secret}`);
  const scope = 'service=lading';
  for (const _ of [1, 2]) tokenOf(await on.get(scope));
  const refused = await on.get(scope);
  assert.equal(refused.status, 429);
  assert.equal(refused.header('retry-after'), '30');
  assert.match(
    refused.body.toString(),
    /^\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"Too many requests/,
  );
  for (const _ of [1, 2, 3]) assert.equal((await post('wrong')).status, 400, 'nothing was given');
  tokenOf(await on.get(scope, 'ann:secret'));
  tokenOf(await post('secret'));
  assert.equal((await post('secret')).status, 429);
  on.service.clock.advance(30_000);
  tokenOf(await on.get(scope));
  tokenOf(await post('secret'));
});
