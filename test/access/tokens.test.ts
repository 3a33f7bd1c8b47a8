import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type AccountsServer, basicOf, buildImage, startAccountsServer } from '../../src/testing/index.ts';
import { pushAs, tryPush } from './harness/push-as.ts';
import { getToken } from './harness/show-credentials-as.ts';

let server: AccountsServer;
let ann: string;
const image = buildImage();
before(async () => {
  server = await startAccountsServer();
  ann = await server.addUser('ann');
  await server.addUser('bob');
  for (const repository of ['ann/a', 'ann/ab', 'ann/a/b']) await pushAs(server, ann, { repository, image });
});
after(() => server[Symbol.asyncDispose]());

const pull = (repository: string, as?: string) =>
  server.api(`GET /v2/${repository}/manifests/latest`, { as });

async function registryToken(as: string, ...scopes: string[]): Promise<string> {
  const scope = scopes.map((one) => `scope=${encodeURIComponent(one)}`).join('&');
  const { token } = await server.must(`GET /token?service=lading&${scope}`, { as });
  return String(token);
}

const basicWith = (as: string, name = 'ann') => basicOf(name, as.replace('Bearer ', ''));

async function limited(...repositories: string[]): Promise<string> {
  const body = { name: `only ${repositories}`, actions: ['pull', 'push', 'delete', 'admin'], repositories };
  const { secret, id } = await server.must('POST /api/v1/users/ann/tokens', { as: ann, body });
  return `${secret} ${id}`;
}

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token in the wrong place', () => {
  test('a registry token is nothing to the API', async () => {
    const token = await registryToken(basicWith(ann), 'repository:ann/a:pull,push');
    for (const line of ['GET /api/v1/me', 'GET /api/v1/repositories/ann/a', 'GET /api/v1/search']) {
      assert.equal((await server.api(line, { as: `Bearer ${token}` })).status, 401, line);
    }
  });

  test('a registry token is no password, and neither is a session or a refresh token', async () => {
    const token = await registryToken(basicWith(ann), 'repository:ann/a:pull');
    const login = await server.api('POST /api/v1/session', {
      body: { name: 'ann', password: 'correct horse battery' },
    });
    const session = /lading_ses_\w+/.exec(login.header('set-cookie') ?? '')?.[0];
    assert.ok(session);
    const offline = '/token?service=lading&offline_token=true&client_id=c';
    const { refresh_token: refresh } = await server.must(`GET ${offline}`, { as: basicOf('ann') });
    assert.match(String(refresh), /^lading_rfr_/);
    for (const secret of [token, session, String(refresh)]) {
      assert.equal((await server.api('GET /v2/', { as: basicOf('ann', secret) })).status, 401);
      assert.equal(
        (await server.api('GET /token?service=lading', { as: basicOf('ann', secret) })).status,
        401,
      );
      // Failed logins are slowed: this is not about that.
      server.clock.advance(3_600_000);
    }
    for (const secret of [session, String(refresh)]) {
      for (const line of ['GET /v2/', 'GET /api/v1/me']) {
        assert.equal((await server.api(line, { as: `Bearer ${secret}` })).status, 401);
      }
    }
  });

  test('another’s name beside a token lets nobody in', async () => {
    assert.equal((await server.api('GET /v2/', { as: basicWith(ann, 'bob') })).status, 401);
    assert.equal((await server.api('GET /v2/', { as: basicWith(ann, 'root') })).status, 401);
  });

  test('a token for another service is not given', async () => {
    const got = await getToken(server, undefined, { service: 'registry.docker.io' });
    assert.equal(got.status, 400);
  });
});

describe('a token that was made up', () => {
  test('other algorithms, keys, audiences, issuers and claims are worth nothing', async () => {
    const token = await registryToken(basicWith(ann), 'repository:ann/a:pull');
    const [head, body, signature] = token.split('.');
    const [header, claims] = [decode(head), decode(body)];
    const jwks = await server.must('GET /.well-known/jwks.json');
    const publicKey = JSON.stringify((jwks.keys as object[])[0]);
    const hmac = (input: string, key: string) => createHmac('sha256', key).update(input).digest('base64url');
    const hs256 = `${encode({ ...header, alg: 'HS256' })}.${body}`;
    const forged = [
      `${encode({ ...header, alg: 'none' })}.${body}.`,
      `${encode({ ...header, alg: 'None' })}.${body}.${signature}`,
      `${hs256}.${hmac(hs256, publicKey)}`,
      `${hs256}.${hmac(hs256, '')}`,
      `${encode({ ...header, kid: '../../../dev/null' })}.${body}.${signature}`,
      `${encode({ ...header, kid: "' OR 1=1 --" })}.${body}.${signature}`,
      `${encode({ ...header, jku: 'http://127.0.0.1:1/jwks' })}.${body}.${signature}`,
      `${head}.${encode({ ...claims, access: [{ type: 'repository', name: 'ann/a', actions: ['*'] }] })}.${signature}`,
      `${head}.${encode({ ...claims, aud: 'other' })}.${signature}`,
      `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `.${body}.${signature}`,
      '..',
    ];
    assert.equal((await pull('ann/a', `Bearer ${token}`)).status, 200);
    for (const one of forged) assert.equal((await pull('ann/a', `Bearer ${one}`)).status, 401, one);
  });
});

describe('more than the token says', () => {
  test('a token for pulling one repository pushes nowhere and pulls nothing else', async () => {
    const token = `Bearer ${await registryToken(basicWith(ann), 'repository:ann/a:pull')}`;
    assert.equal((await pull('ann/a', token)).status, 200);
    assert.equal((await pull('ann/ab', token)).status, 401);
    assert.equal((await pull('ann/a/b', token)).status, 401);
    assert.equal(await tryPush(server, token, { repository: 'ann/a', image }), 401);
    assert.equal((await server.api('GET /v2/_catalog', { as: token })).status, 401);
    const line = `DELETE /v2/ann/a/manifests/${image.manifest.digest}`;
    assert.equal((await server.api(line, { as: token })).status, 401);
  });

  test('a scope that asks for all gets what its asker may', async () => {
    const bob = basicOf('bob');
    for (const scope of [
      'repository:ann/a:*',
      'repository:ann/a:pull,push,delete,admin',
      'repository:**:pull',
    ]) {
      const [, payload] = (await registryToken(bob, scope, 'registry:catalog:*')).split('.');
      const { access } = decode(payload) as { access: { name: string; actions: string[] }[] };
      assert.deepEqual(
        access.flatMap(({ actions }) => actions),
        [],
        scope,
      );
    }
  });

  test('a personal token for acme/a is not one for acme/ab or acme/a/b, by any way', async () => {
    const [secret = ''] = (await limited('ann/a')).split(' ');
    for (const as of [
      `Bearer ${secret}`,
      basicOf('ann', secret),
      `Bearer ${await registryToken(
        basicOf('ann', secret),
        'repository:ann/a:pull',
        'repository:ann/ab:pull',
        'repository:ann/a/b:pull',
      )}`,
    ]) {
      assert.equal((await pull('ann/a', as)).status, 200);
      for (const other of ['ann/ab', 'ann/a/b', 'ann/A', 'ann/a%2fb']) {
        assert.notEqual((await pull(other, as)).status, 200, other);
      }
      assert.equal(await tryPush(server, as, { repository: 'ann/ab', image }), 401);
    }
    for (const line of [
      'GET /api/v1/repositories/ann/ab',
      'GET /api/v1/users/ann',
      'GET /api/v1/users/ann/tokens',
    ]) {
      assert.ok([403, 404].includes((await server.api(line, { as: `Bearer ${secret}` })).status), line);
    }
    const body = { name: 'wider', actions: ['pull'], repositories: ['**'] };
    const wider = await server.api('POST /api/v1/users/ann/tokens', { as: `Bearer ${secret}`, body });
    assert.ok([403, 404].includes(wider.status), String(wider.status));
    const { items } = await server.must('GET /api/v1/search?q=ann', { as: `Bearer ${secret}` });
    assert.deepEqual(
      (items as { name: string }[]).map(({ name }) => name).filter((name) => name !== 'ann/a'),
      [],
    );
  });

  test('a token gives nobody what it does not carry itself', async () => {
    await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'givers' } });
    const make = async (name: string, actions: readonly string[]) => {
      const body = { name, actions, repositories: ['givers/**'] };
      return String((await server.must('POST /api/v1/users/ann/tokens', { as: ann, body })).secret);
    };
    const give = (secret: string, role: string) =>
      server.api('POST /api/v1/namespaces/givers/grants', {
        as: `Bearer ${secret}`,
        body: { subject: { kind: 'user', name: 'bob' }, role, pattern: 'givers/app' },
      });
    const narrow = await make('narrow', ['admin']);
    for (const role of ['reader', 'writer', 'owner'])
      assert.equal((await give(narrow, role)).status, 403, role);
    const reading = await make('reading', ['admin', 'pull']);
    assert.equal((await give(reading, 'reader')).status, 201);
    assert.equal((await give(reading, 'writer')).status, 403);
    const whole = await make('whole', ['admin', 'pull', 'push', 'delete']);
    assert.equal((await give(whole, 'owner')).status, 201);
  });

  test('who looks after robots makes no token of one that may more than he', async () => {
    const inNamespace = '/api/v1/namespaces/keepers';
    await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'keepers' } });
    const actions = ['namespace:robots'];
    await server.must(`PUT ${inNamespace}/roles/keeper`, { as: ann, body: { actions } });
    await server.must('PUT /api/v1/organisations/keepers/members/bob', { as: ann, body: { role: 'keeper' } });
    const robots = '/api/v1/organisations/keepers/robots';
    await server.must(`POST ${robots}`, { as: ann, body: { name: 'ci' } });
    const token = (name: string, as: string) =>
      server.api(`POST ${robots}/ci/tokens`, {
        as,
        body: { name, actions: ['pull', 'push'], repositories: ['**'] },
      });
    assert.equal((await token('before', basicOf('bob'))).status, 201);
    await server.must(`POST ${inNamespace}/grants`, {
      as: ann,
      body: {
        subject: { kind: 'robot', name: 'keepers+ci' },
        role: 'writer',
        pattern: 'keepers/app',
      },
    });
    assert.equal((await token('after', basicOf('bob'))).status, 403);
    const made = await token('after', ann);
    assert.equal(made.status, 201);
    const { id } = made.json() as { id: string };
    for (const [line, body] of [
      [`DELETE ${robots}/ci/tokens/${id}`, undefined],
      [`PATCH ${robots}/ci`, { disabled: true }],
      [`DELETE ${robots}/ci`, undefined],
    ] as const) {
      const as = basicOf('bob');
      assert.equal((await server.api(line, { as, ...(body && { body }) })).status, 403, `bob: ${line}`);
      const status = (await server.api(line, { as: ann, ...(body && { body }) })).status;
      assert.ok(status === 200 || status === 204, `ann: ${line}`);
    }
  });

  test('who looks after grants ends no federation rule that lets others do more than he', async () => {
    const inNamespace = '/api/v1/namespaces/rulers';
    await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'rulers' } });
    const actions = ['namespace:grants', 'repository:pull'];
    await server.must(`PUT ${inNamespace}/roles/giver`, { as: ann, body: { actions } });
    await server.must('PUT /api/v1/organisations/rulers/members/bob', { as: ann, body: { role: 'giver' } });
    const rules = '/api/v1/organisations/rulers/federation-rules';
    const rule = (name: string, may: string[]) => ({
      name,
      issuer: 'https://issuer.example',
      audience: 'lading',
      claims: { sub: 'repo:rulers/app:*' },
      actions: may,
      repositories: ['rulers/**'],
    });
    for (const [name, may, status] of [
      ['pulls', ['pull'], 204],
      ['pushes', ['pull', 'push'], 403],
    ] as const) {
      const { id } = await server.must(`POST ${rules}`, { as: ann, body: rule(name, [...may]) });
      assert.equal((await server.api(`DELETE ${rules}/${id}`, { as: basicOf('bob') })).status, status, name);
    }
  });
});

describe('after it was taken back, for the very next request', () => {
  test('an access token, and what was got with it', async () => {
    const [secret = '', id] = (await limited('**')).split(' ');
    const jwt = await registryToken(basicOf('ann', secret), 'repository:ann/a:pull');
    const ways = [`Bearer ${secret}`, basicOf('ann', secret), `Bearer ${jwt}`];
    for (const as of ways) assert.equal((await pull('ann/a', as)).status, 200);
    await server.must(`DELETE /api/v1/users/ann/tokens/${id}`, { as: ann });
    for (const as of ways) assert.equal((await pull('ann/a', as)).status, 401);
  });

  test('a role, although the registry token says that it was given', async () => {
    await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'acme' } });
    await pushAs(server, ann, { repository: 'acme/app', image });
    await server.must('PUT /api/v1/organisations/acme/members/bob', { as: ann, body: { role: 'writer' } });
    const jwt = await registryToken(basicOf('bob'), 'repository:acme/app:pull,push');
    assert.equal(await tryPush(server, `Bearer ${jwt}`, { repository: 'acme/app', image }), 201);
    await server.must('DELETE /api/v1/organisations/acme/members/bob', { as: ann });
    assert.equal((await pull('acme/app', `Bearer ${jwt}`)).status, 403);
    assert.equal(await tryPush(server, `Bearer ${jwt}`, { repository: 'acme/app', image }), 403);
  });

  test('an account that is disabled: password, token, registry token, session', async () => {
    const cas = await server.addUser('cas');
    const jwt = await registryToken(basicOf('cas'), 'repository:cas/a:pull,push');
    const login = await server.api('POST /api/v1/session', {
      body: { name: 'cas', password: 'correct horse battery' },
    });
    const cookie = (login.header('set-cookie') ?? '').split(';')[0] ?? '';
    assert.equal((await server.api('GET /api/v1/me', { headers: { Cookie: cookie } })).status, 200);
    await server.must('PATCH /api/v1/users/cas', { as: server.root, body: { disabled: true } });
    for (const as of [cas, basicOf('cas'), `Bearer ${jwt}`]) {
      assert.equal((await server.api('GET /v2/', { as })).status, 401);
    }
    assert.equal((await server.api('GET /api/v1/me', { headers: { Cookie: cookie } })).status, 401);
  });
});
