import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type AccountsScene, basic, startAccounts } from '../oidc/suite/start-accounts.ts';

const SUB = 'repo:acme/app:ref:refs/heads/main';

/** An issuer of tokens with real keys, at http://127.0.0.1. */
async function startIssuer() {
  const makeKey = async (kid: string) => ({
    kid,
    ...(await generateKeyPair('RS256', { extractable: true })),
  });
  let keys = [await makeKey('one')];
  let asked = 0;
  const document: Record<string, unknown> = {};
  const server = createServer(async (request, response) => {
    asked += 1;
    const jwks = async () => ({
      keys: await Promise.all(
        keys.map(async ({ kid, publicKey }) => ({
          ...(await exportJWK(publicKey)),
          kid,
          alg: 'RS256',
          use: 'sig',
        })),
      ),
    });
    response.end(JSON.stringify(request.url === '/jwks' ? await jwks() : document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(document, { issuer, jwks_uri: `${issuer}/jwks` });
  return {
    issuer,
    document,
    asked: () => asked,
    keys: () => keys,
    rotate: async () => {
      keys = [await makeKey(`key ${keys[0]?.kid}`)];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function start() {
  await using started = new AsyncDisposableStack();
  const issuer = started.use(await startIssuer());
  const scene = started.use(await startAccounts({ privateIssuers: [issuer.issuer] }));
  const now = () => Math.floor(scene.clock.now() / 1000);
  const rule = (body: object = {}, organisation = 'acme', as?: string) =>
    scene.api(
      `POST /api/v1/organisations/${organisation}/federation-rules`,
      {
        name: 'deploy',
        issuer: issuer.issuer,
        audience: 'lading',
        claims: { sub: SUB },
        actions: ['pull', 'push'],
        repositories: ['acme/app'],
        ...body,
      },
      as,
    );
  const running = started.move();
  return {
    issuer,
    scene,
    now,
    rule,
    async token(claims: JWTPayload = {}, header: object = {}) {
      const [key] = issuer.keys();
      if (!key) throw new Error('no key');
      const all = { iss: issuer.issuer, aud: 'lading', sub: SUB, iat: now(), exp: now() + 300, ...claims };
      return new SignJWT(all)
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
        .sign(key.privateKey);
    },
    exchange: (token: string, scope = 'repository:acme/app:pull,push') =>
      scene.ask(
        'POST /token',
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
          scope,
        }).toString(),
      ),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

type Scene = Awaited<ReturnType<typeof start>>;
interface TokenAnswer {
  access_token: string;
  expires_in: number;
  issued_token_type: string;
  token_type: string;
  scope: string;
}

async function bearerOf(on: Scene, token: string, scope?: string) {
  const answer = await on.exchange(token, scope);
  assert.equal(answer.status, 200, answer.body.toString());
  return { Authorization: `Bearer ${(answer.json() as TokenAnswer).access_token}` };
}

const push = (scene: AccountsScene, headers: Record<string, string>, name = 'acme/app') =>
  scene.ask(`PUT /v2/${name}/manifests/latest`, headers);

test('a token whose claims fit is exchanged for one that may what the rule gives, and nothing else', async () => {
  await using on = await start();
  assert.equal((await on.rule()).status, 201);
  const answer = await on.exchange(
    await on.token(),
    'repository:acme/app:pull,push,delete repository:acme/b:pull',
  );
  assert.equal(answer.status, 200, answer.body.toString());
  const body = answer.json() as TokenAnswer;
  assert.equal(body.expires_in, 900);
  assert.equal(body.token_type, 'Bearer');
  assert.equal(body.scope, 'repository:acme/app:pull,push');
  const headers = { Authorization: `Bearer ${body.access_token}` };
  const pushed = await push(on.scene, headers);
  assert.equal(pushed.status, 200);
  assert.equal(pushed.header('x-actor'), 'acme/deploy');
  assert.equal(pushed.header('x-kind'), 'workload');
  assert.equal((await on.scene.ask('DELETE /v2/acme/app/manifests/latest', headers)).status, 401);
  assert.equal((await push(on.scene, headers, 'acme/b')).status, 401);
  assert.equal((await push(on.scene, headers, 'root/app')).status, 401);
  const entry = on.scene.audit.find(({ action }) => action === 'workload.admit');
  assert.equal(entry?.origin.actor?.name, 'acme/deploy');
  assert.equal(entry?.resource.namespace, 'acme');
});

test('docker logs in as oidc with the token as password, and gets tokens as it does for anybody', async () => {
  await using on = await start();
  await on.rule();
  const headers = { Authorization: basic('oidc', await on.token()) };
  assert.equal((await on.scene.ask('GET /token?service=lading&offline_token=true', headers)).status, 200);
  const answer = await on.scene.ask('GET /token?scope=repository:acme/app:pull,push', headers);
  assert.equal((answer.json() as TokenAnswer).scope, 'repository:acme/app:pull,push');
  assert.equal('refresh_token' in (answer.json() as object), false);
  assert.equal(
    (await push(on.scene, headers)).header('x-actor'),
    'acme/deploy',
    'Basic without a token, too',
  );
  assert.equal((await push(on.scene, headers, 'acme/b')).status, 401);
  const other = { Authorization: basic('root', await on.token()) };
  assert.equal((await on.scene.ask('GET /token', other)).status, 401, 'for no other user');
});

const wrong: readonly [title: string, make: (on: Scene) => Promise<string> | string][] = [
  ['another audience', (on) => on.token({ aud: 'other' })],
  ['no audience', (on) => on.token({ aud: undefined as never })],
  ['another issuer', (on) => on.token({ iss: 'https://evil.example' })],
  ['the issuer with a slash', (on) => on.token({ iss: `${on.issuer.issuer}/` })],
  ['no issuer', (on) => on.token({ iss: undefined as never })],
  ['an end that has passed', (on) => on.token({ exp: on.now() - 31 })],
  ['no end', (on) => on.token({ exp: undefined as never })],
  ['a beginning that is to come', (on) => on.token({ nbf: on.now() + 60 })],
  ['a birth that is to come', (on) => on.token({ iat: on.now() + 60 })],
  ['no birth', (on) => on.token({ iat: undefined as never })],
  ['an age of a day', (on) => on.token({ iat: on.now() - 86_500, exp: on.now() + 86_400 })],
  ['another repository', (on) => on.token({ sub: 'repo:acme/app-evil:ref:refs/heads/main' })],
  ['another branch', (on) => on.token({ sub: 'repo:acme/app:ref:refs/heads/main2' })],
  ['more before', (on) => on.token({ sub: `x${SUB}` })],
  ['no subject', (on) => on.token({ sub: undefined as never })],
  [
    'a key of somebody else',
    async (on) => {
      const { privateKey } = await generateKeyPair('RS256');
      const claims = { iss: on.issuer.issuer, aud: 'lading', sub: SUB, iat: on.now(), exp: on.now() + 300 };
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey);
    },
  ],
  [
    'a key that it brings along',
    async (on) => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const claims = { iss: on.issuer.issuer, aud: 'lading', sub: SUB, iat: on.now(), exp: on.now() + 300 };
      const header = {
        alg: 'ES256',
        kid: 'one',
        jwk: await exportJWK(publicKey),
        jku: `${on.issuer.issuer}/x`,
      };
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    },
  ],
  [
    'algorithm HS256 with the public key as secret',
    async (on) => {
      const [key] = on.issuer.keys();
      const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(key?.publicKey as CryptoKey)));
      const claims = { iss: on.issuer.issuer, aud: 'lading', sub: SUB, iat: on.now(), exp: on.now() + 300 };
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret);
    },
  ],
  [
    'algorithm none',
    async (on) => {
      const [, payload] = (await on.token()).split('.');
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    },
  ],
  [
    'changed claims',
    async (on) => {
      const [header, , signature] = (await on.token({ sub: 'other' })).split('.');
      const [, payload] = (await on.token()).split('.');
      return `${header}.${payload}.${signature}`;
    },
  ],
  ['17 KB', (on) => on.token({ padding: 'x'.repeat(17_000) })],
  ['no form', () => 'eyJ.eyJ.x'],
];
for (const [title, make] of wrong) {
  test(`a token with ${title} lets nobody in`, async () => {
    await using on = await start();
    await on.rule();
    const token = await make(on);
    const answer = await on.exchange(token);
    assert.equal(answer.status, 400, answer.body.toString());
    assert.equal((answer.json() as { error: string }).error, 'invalid_grant');
    assert.equal(on.scene.refusals.at(-1)?.action, 'workload.admit');
    if (token.length > 5_000) return;
    assert.equal((await on.scene.ask('GET /token', { Authorization: basic('oidc', token) })).status, 401);
  });
}

test('all claims of a rule must fit, one that is missing fits nothing', async () => {
  await using on = await start();
  await on.rule({ claims: { sub: 'repo:acme/*:**', environment: '**', protected: 'true' } });
  assert.equal((await on.exchange(await on.token())).status, 400);
  assert.equal((await on.exchange(await on.token({ environment: 'prod' }))).status, 400);
  assert.equal((await on.exchange(await on.token({ environment: 'prod', protected: true }))).status, 200);
});

test('a token is good as often as it is shown, until its end and not after', async () => {
  await using on = await start();
  await on.rule();
  const token = await on.token();
  for (let time = 0; time < 3; time += 1) assert.equal((await on.exchange(token)).status, 200);
  assert.equal(on.scene.audit.filter(({ action }) => action === 'workload.admit').length, 1);
  on.scene.clock.advance(331_000);
  assert.equal((await on.exchange(token)).status, 400);
});

test('a rule that is deleted takes its tokens along at once', async () => {
  await using on = await start();
  const { id } = (await on.rule()).json() as { id: string };
  const token = await on.token();
  const headers = await bearerOf(on, token);
  assert.equal((await push(on.scene, headers)).status, 200);
  assert.equal((await on.scene.api(`DELETE /api/v1/organisations/acme/federation-rules/${id}`)).status, 204);
  assert.equal((await push(on.scene, headers)).status, 401);
  assert.equal((await on.exchange(token)).status, 400);
});

test('what a rule gave ends with the lifetime of the rule, and with the organisation', async () => {
  await using on = await start();
  await on.rule({ token_lifetime_seconds: 60 });
  const headers = await bearerOf(on, await on.token());
  on.scene.clock.advance(59_000);
  assert.equal((await push(on.scene, headers)).status, 200);
  on.scene.clock.advance(1_000);
  assert.equal((await push(on.scene, headers)).status, 401);
  const again = await bearerOf(on, await on.token());
  assert.equal((await on.scene.api('DELETE /api/v1/organisations/acme')).status, 204);
  assert.equal((await push(on.scene, again)).status, 401);
});

test('rules of one organisation never count for the repositories of another, and do not disturb them', async () => {
  await using on = await start();
  assert.equal((await on.scene.api('POST /api/v1/organisations', { name: 'evil' })).status, 201);
  assert.equal((await on.rule({ repositories: ['evil/**'] }, 'evil')).status, 201);
  const before = await on.exchange(await on.token());
  assert.equal(before.status, 400, 'only evil lets it in, and nothing of evil was asked for');
  await on.rule();
  const headers = await bearerOf(on, await on.token());
  assert.equal((await push(on.scene, headers)).header('x-actor'), 'acme/deploy');
  assert.equal((await on.rule({ name: 'x', repositories: ['acme/app'] }, 'evil')).status, 400);
  assert.equal((await on.rule({ name: 'x', repositories: ['**'] }, 'evil')).status, 400);
});

test('several rules that fit give what each of them gives', async () => {
  await using on = await start();
  await on.rule();
  await on.rule({ name: 'base', actions: ['pull'], repositories: ['acme/base'] });
  const headers = await bearerOf(
    on,
    await on.token(),
    'repository:acme/app:push,pull repository:acme/base:pull,push',
  );
  assert.equal((await push(on.scene, headers)).status, 200);
  assert.equal((await on.scene.ask('GET /v2/acme/base/manifests/x', headers)).status, 200);
  assert.equal((await push(on.scene, headers, 'acme/base')).status, 401);
});

test('nobody lets others do what he may not do himself', async () => {
  await using on = await start();
  await on.scene.addUser('carl');
  const role = { description: '', actions: ['namespace:view', 'namespace:grants', 'repository:pull'] };
  assert.equal((await on.scene.api('PUT /api/v1/namespaces/acme/roles/granter', role)).status, 200);
  const put = await on.scene.api('PUT /api/v1/organisations/acme/members/carl', { role: 'granter' });
  assert.equal(put.status, 200, put.body.toString());
  assert.equal((await on.rule({}, 'acme', basic('carl'))).status, 403);
  assert.equal((await on.rule({ actions: ['pull'] }, 'acme', basic('carl'))).status, 201);
  await on.scene.addUser('dora');
  assert.equal((await on.rule({ name: 'x' }, 'acme', basic('dora'))).status, 404);
});

for (const [title, body] of [
  ['without sub', { claims: { ref: 'refs/heads/main' } }],
  ['for every sub', { claims: { sub: '**' } }],
  [
    'for any owner at GitHub',
    { issuer: 'https://token.actions.githubusercontent.com', claims: { sub: 'repo:*/app:**' } },
  ],
  [
    'for all of GitHub',
    { issuer: 'https://token.actions.githubusercontent.com', claims: { sub: 'repo:**' } },
  ],
  [
    'for half an owner at GitHub',
    { issuer: 'https://token.actions.githubusercontent.com', claims: { sub: 'repo:acme*/app:**' } },
  ],
  ['for all of gitlab.com', { issuer: 'https://gitlab.com', claims: { sub: 'project_path:**' } }],
  ['with an issuer over http', { issuer: 'http://issuer.example' }],
  ['with an issuer at a cloud’s own address', { issuer: 'https://169.254.169.254' }],
  ['with an issuer at this machine', { issuer: 'https://localhost:8443' }],
  ['with an issuer with a password', { issuer: 'https://a:b@issuer.example' }],
  ['that gives to administer', { actions: ['admin'] }],
  ['for more than an hour', { token_lifetime_seconds: 3601 }],
  ['with a field that does not exist', { is_administrator: true }],
] as const) {
  test(`a rule ${title} → 400`, async () => {
    await using on = await start();
    assert.equal((await on.rule(body)).status, 400);
  });
}

test('new keys of an issuer are fetched when a token names one, and not more often than every half minute', async () => {
  await using on = await start();
  await on.rule();
  await on.exchange(await on.token());
  assert.equal(on.issuer.asked(), 2);
  for (const kid of ['a', 'b', 'c']) await on.exchange(await on.token({}, { kid }));
  assert.equal(on.issuer.asked(), 2);
  await on.issuer.rotate();
  on.scene.clock.advance(30_000);
  assert.equal((await on.exchange(await on.token())).status, 200);
  assert.equal(on.issuer.asked(), 4);
});

test('an issuer that calls itself otherwise, or is down, is no verdict: 503, and asked again half a minute later', async () => {
  await using on = await start();
  await on.rule();
  on.issuer.document.issuer = 'https://other.example';
  assert.equal((await on.exchange(await on.token())).status, 503);
  on.issuer.document.issuer = on.issuer.issuer;
  assert.equal((await on.exchange(await on.token())).status, 503);
  on.scene.clock.advance(30_000);
  assert.equal((await on.exchange(await on.token())).status, 200);
});

test('nobody’s issuer is asked for nothing', async () => {
  await using on = await start();
  assert.equal((await on.exchange(await on.token())).status, 400);
  assert.equal(on.issuer.asked(), 0);
});

test('a workload has no account: the API gives it nothing, and no list of rules', async () => {
  await using on = await start();
  await on.rule();
  const headers = { Authorization: basic('oidc', await on.token()) };
  assert.equal((await on.scene.ask('GET /api/v1/organisations/acme/federation-rules', headers)).status, 404);
  assert.equal((await on.scene.ask('GET /api/v1/users', headers)).status, 403);
  const listed = await on.scene.api('GET /api/v1/organisations/acme/federation-rules');
  assert.equal((listed.json() as { items: unknown[] }).items.length, 1);
});

test('who makes a rule for another’s jobs does not read of them, nor takes their line out of the other’s log', async () => {
  await using on = await start();
  await on.scene.api('POST /api/v1/organisations', { name: 'evil' });
  assert.equal((await on.rule({ repositories: ['evil/app'] }, 'evil')).status, 201);
  const headers = { Authorization: basic('oidc', await on.token()) };
  assert.equal((await on.scene.ask('GET /token?service=lading', headers)).status, 200);
  assert.equal((await on.rule()).status, 201);
  const scope = 'scope=repository:acme/app:pull,push';
  for (let time = 0; time < 2; time += 1) await on.scene.ask(`GET /token?${scope}`, headers);
  const lines = on.scene.audit.filter(({ action }) => action === 'workload.admit');
  assert.deepEqual(
    lines.map(({ resource }) => resource.namespace),
    [undefined, 'acme'],
  );
});
