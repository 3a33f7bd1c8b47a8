import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { keyIdsOf } from '../../src/access/external-token/key-ids.ts';
import {
  ask,
  createAuthority,
  createLayout,
  dockerRegistryConfig,
  findFreePort,
  type Registry,
  type Scene,
  startContainerd,
  startDockerd,
  startLading,
  story,
  tarOf,
  writeBuildContext,
} from './harness/index.ts';
import { startProgram } from './harness/registry.ts';
import { findTool } from './harness/tools.ts';

const SERVICE = 'registry.test';
const ISSUER = 'Story Auth';

/** How a token server names the key of its tokens: a certificate in each token, or an id of a published key. */
type Naming = 'x5c' | 'jwks' | 'libtrust';

interface TokenServer {
  readonly realm: string;
  /** For the registry: the three forms of telling it whom to trust. */
  readonly env: NodeJS.ProcessEnv;
  /** A token with other claims or another header than the server would make. */
  mint(claims: object, header?: object): Promise<string>;
}

/** ann may do all in team/, bob may pull there, anybody may pull from public/. Passwords are `secret`. */
function actionsOf(user: string, name: string): readonly string[] {
  if (name.startsWith('team/')) return { ann: ['pull', 'push', 'delete', '*'], bob: ['pull'] }[user] ?? [];
  return name.startsWith('public/') ? (user === 'ann' ? ['pull', 'push'] : ['pull']) : [];
}

/** A small token server of the kind that people put beside registry:2: GET alone, no refresh tokens. */
async function startTokenServer(scene: Scene, naming: Naming): Promise<TokenServer> {
  const authority = await createAuthority(scene);
  const leaf = await authority.issue('token-server');
  const keyFile = naming === 'libtrust' ? scene.path('ca.key') : leaf.keyPath;
  const privateKey = createPrivateKey(readFileSync(keyFile));
  const ownHeader = headerOf(naming, { privateKey, certificatePath: leaf.certificatePath });
  const jwks = scene.path('jwks.json');
  const key = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: 'story-key', use: 'sig' };
  writeFileSync(jwks, JSON.stringify({ keys: [key] }));

  const mint = (claims: object, header: object = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const usual = {
      iss: ISSUER,
      aud: SERVICE,
      sub: 'ann',
      iat: now,
      nbf: now - 10,
      exp: now + 300,
      access: [],
    };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...ownHeader, ...header })
      .sign(privateKey);
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [user = '', password] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
      .toString()
      .split(':');
    if (request.method !== 'GET') return response.writeHead(405).end();
    if (user !== '' && !(['ann', 'bob'].includes(user) && password === 'secret')) {
      return response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"details":"wrong password"}');
    }
    const access = url.searchParams
      .getAll('scope')
      .flatMap((scope) => scope.split(' '))
      .map((scope) => scope.split(':'))
      .map(([type, name = '', asked = '']) => {
        const allowed = type === 'registry' && user === 'ann' ? ['*'] : actionsOf(user, name);
        return { type, name, actions: asked.split(',').filter((action) => allowed.includes(action)) };
      });
    const token = await mint({ sub: user, aud: url.searchParams.get('service') ?? '', access });
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ token, expires_in: 300 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // By name: crane follows no challenge to a literal private address.
  const realm = `http://localhost:${(server.address() as AddressInfo).port}/auth`;
  return {
    realm,
    mint,
    env: {
      REGISTRY_AUTH: 'token',
      REGISTRY_AUTH_TOKEN_REALM: realm,
      REGISTRY_AUTH_TOKEN_SERVICE: SERVICE,
      REGISTRY_AUTH_TOKEN_ISSUER: ISSUER,
      ...(naming === 'jwks'
        ? { REGISTRY_AUTH_TOKEN_JWKS: jwks }
        : { REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE: authority.caPath }),
    },
  };
}

function headerOf(naming: Naming, signer: { privateKey: KeyObject; certificatePath: string }): object {
  if (naming === 'jwks') return { kid: 'story-key' };
  if (naming === 'libtrust') return { kid: keyIdsOf(createPublicKey(signer.privateKey)).at(-1) };
  return { x5c: [new X509Certificate(readFileSync(signer.certificatePath)).raw.toString('base64')] };
}

const DOCKER = ['root', 'docker', 'dockerd', 'busybox', 'openssl'] as const;

for (const naming of ['x5c', 'jwks'] as const) {
  story(
    `docker logs in, pushes and pulls with tokens of another server (${naming})`,
    DOCKER,
    async (scene) => {
      const { env } = await startTokenServer(scene, naming);
      const registry = await startLading(scene, { env });
      const { docker } = await startDockerd(scene);
      const own = `${registry.host}/team/app:1`;
      const shared = `${registry.host}/public/app:1`;
      writeBuildContext(scene.path('context'), { greeting: 'by token\n' });
      await docker(['build', '--quiet', '-t', own, '-t', shared, scene.path('context')]);
      const login = (user: string, input: string) =>
        docker(['login', '-u', user, '--password-stdin', registry.host], { input, expect: 'any' });

      await scene.step('without login a push is refused, and a wrong password too', async () => {
        const { code, output } = await docker(['push', own], { expect: 'any' });
        assert.equal(code, 1, output);
        assert.match(output, /denied|unauthorized|authentication required/i);
        assert.notEqual((await login('ann', 'wrong')).code, 0);
      });
      await scene.step('after login push, mount between repositories, pull and run', async () => {
        assert.match((await login('ann', 'secret')).output, /Login Succeeded/);
        await docker(['push', own]);
        assert.match((await docker(['push', shared])).stdout, /Mounted from team\/app/);
        await docker(['rmi', own, shared]);
        await docker(['pull', own]);
        assert.equal((await docker(['run', '--rm', '--net=none', own])).stdout, 'by token\n');
      });
      await scene.step('who may only pull is refused a push', async () => {
        assert.equal((await login('bob', 'secret')).code, 0);
        await docker(['pull', own]);
        await docker(['tag', own, `${registry.host}/team/app:2`]);
        const { code, output } = await docker(['push', `${registry.host}/team/app:2`], { expect: 'any' });
        assert.equal(code, 1, output);
        assert.match(output, /denied|unauthorized|authentication required/i);
      });
      await scene.step('anybody pulls what is public, and nothing else', async () => {
        await docker(['logout', registry.host]);
        await docker(['pull', shared]);
        const { code, output } = await docker(['pull', own], { expect: 'any' });
        assert.equal(code, 1, output);
      });
    },
  );
}

const CLIENTS = ['skopeo', 'crane', 'oras', 'openssl'] as const;

story(
  'skopeo, crane and oras push, pull, list and delete with tokens of another server',
  CLIENTS,
  async (scene) => {
    const registry = await startLading(scene, { env: (await startTokenServer(scene, 'jwks')).env });
    const { host } = registry;
    const layout = createLayout(scene.path('in'));
    layout.addImage({ content: 'by token', tag: 'v1' });

    await scene.step('skopeo', async () => {
      const plain = ['--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false'];
      const push = (name: string, creds: string) =>
        scene.run(
          'skopeo',
          ['copy', ...plain, '--dest-creds', creds, `oci:${layout.dir}:v1`, `docker://${host}/${name}:v1`],
          { expect: 'any' },
        );
      for (const creds of ['ann:wrong', 'bob:secret'])
        assert.notEqual((await push('team/s', creds)).code, 0, creds);
      for (const name of ['team/s', 'public/s']) {
        const { code, output } = await push(name, 'ann:secret');
        assert.equal(code, 0, output);
      }
      await scene.run('skopeo', [
        'copy',
        ...plain,
        `docker://${host}/public/s:v1`,
        `oci:${scene.path('out')}:v1`,
      ]);
      const image = `docker://${host}/team/s:v1`;
      await scene.run('skopeo', ['inspect', '--tls-verify=false', '--creds', 'bob:secret', image]);
      const remove = (creds: string) =>
        scene.run('skopeo', ['delete', '--tls-verify=false', '--creds', creds, image], { expect: 'any' });
      assert.notEqual((await remove('bob:secret')).code, 0);
      const { code, output } = await remove('ann:secret');
      assert.equal(code, 0, output);
    });

    await scene.step('crane', async () => {
      writeFileSync(scene.path('layer.tar'), tarOf('content', Buffer.from('crane')));
      const crane = (...args: readonly string[]) => scene.run('crane', args, { expect: 'any' });
      const login = (user: string) => scene.run('crane', ['auth', 'login', '-u', user, '-p', 'secret', host]);
      const append = ['append', '--oci-empty-base', '-f', 'layer.tar', '-t', `${host}/team/c:1`];
      assert.notEqual((await crane(...append)).code, 0, 'anonymous');
      await login('ann');
      const pushed = await crane(...append);
      assert.equal(pushed.code, 0, pushed.output);
      await scene.run('crane', ['copy', `${host}/team/c:1`, `${host}/public/c:1`]);
      assert.match((await scene.run('crane', ['catalog', host])).stdout, /team\/c/);
      await login('bob');
      assert.match((await scene.run('crane', ['validate', '--remote', `${host}/team/c:1`])).output, /PASS/);
      assert.notEqual((await crane('delete', `${host}/team/c:1`)).code, 0, 'bob may not delete');
      assert.notEqual((await crane('catalog', host)).code, 0, 'bob may not list');
      await login('ann');
      await scene.run('crane', ['delete', `${host}/team/c:1`]);
      await scene.run('crane', ['auth', 'logout', host]);
    });

    await scene.step('oras', async () => {
      writeFileSync(scene.path('note.txt'), 'by token\n');
      const oras = (user: string, args: readonly string[]) =>
        scene.run('oras', [...args, '--plain-http', '-u', user, '-p', 'secret'], { expect: 'any' });
      assert.notEqual((await oras('bob', ['push', `${host}/team/o:1`, 'note.txt'])).code, 0);
      const pushed = await oras('ann', ['push', `${host}/team/o:1`, 'note.txt']);
      assert.equal(pushed.code, 0, pushed.output);
      mkdirSync(scene.path('got'));
      const pulled = await oras('bob', ['pull', '-o', 'got', `${host}/team/o:1`]);
      assert.equal(pulled.code, 0, pulled.output);
      assert.equal(readFileSync(scene.path('got/note.txt'), 'utf8'), 'by token\n');
      const removed = await oras('ann', ['manifest', 'delete', '--force', `${host}/team/o:1`]);
      assert.equal(removed.code, 0, removed.output);
    });
  },
);

const CTR = ['root', 'containerd', 'ctr', 'tar', 'openssl'] as const;

story('ctr pushes and pulls with tokens of another server', CTR, async (scene) => {
  const registry = await startLading(scene, { env: (await startTokenServer(scene, 'x5c')).env });
  const { ctr } = await startContainerd(scene);
  const layout = createLayout(scene.path('in'));
  layout.addImage({ content: 'by token', architecture: 'amd64', tag: '1' });
  await scene.run('tar', ['-C', layout.dir, '-cf', 'image.tar', '.']);
  const base = [
    'images',
    'import',
    '--all-platforms',
    '--no-unpack',
    '--base-name',
    `${registry.host}/team/ctr`,
  ];
  await ctr([...base, 'image.tar']);
  const image = `${registry.host}/team/ctr:1`;
  const push = (...creds: readonly string[]) =>
    ctr(['images', 'push', '--plain-http', ...creds, image], { expect: 'any' });
  assert.notEqual((await push()).code, 0);
  assert.notEqual((await push('-u', 'bob:secret')).code, 0);
  const pushed = await push('-u', 'ann:secret');
  assert.equal(pushed.code, 0, pushed.output);
  await ctr(['images', 'rm', '--sync', image]);
  const fetch = ['content', 'fetch', '--plain-http', '--all-platforms', '-u', 'bob:secret', image];
  await ctr(fetch);
});

async function startOldRegistry(scene: Scene, env: NodeJS.ProcessEnv): Promise<Registry> {
  const [root, port] = [scene.path('old'), await findFreePort()];
  const config = scene.path('old.yml');
  writeFileSync(config, dockerRegistryConfig(root, port));
  const command = [findTool('docker-registry') ?? 'docker-registry', 'serve', config];
  return startProgram(scene, { root, port, env, command });
}

const pull = [{ type: 'repository', name: 'team/app', actions: ['pull'] }];
const seconds = () => Math.floor(Date.now() / 1000);

/** Tokens, and whether registry:2 takes them for `GET /v2/team/app/tags/list`. */
const tokens: readonly [title: string, claims: () => object, header?: object][] = [
  ['a good one', () => ({ access: pull })],
  ['one with all actions', () => ({ access: [{ ...pull[0], actions: ['*'] }] })],
  ['an anonymous one', () => ({ sub: '', access: pull })],
  ['one of another repository', () => ({ access: [{ ...pull[0], name: 'team/other' }] })],
  ['one with another action', () => ({ access: [{ ...pull[0], actions: ['push'] }] })],
  ['an empty one', () => ({ access: [] })],
  ['one of another issuer', () => ({ access: pull, iss: 'Other' })],
  ['one for another service', () => ({ access: pull, aud: 'other' })],
  ['one that ended 50 s ago', () => ({ access: pull, exp: seconds() - 50 })],
  ['one that ended 70 s ago', () => ({ access: pull, exp: seconds() - 70 })],
  ['one that begins in 50 s', () => ({ access: pull, nbf: seconds() + 50 })],
  ['one that begins in 70 s', () => ({ access: pull, nbf: seconds() + 70 })],
  ['one without an end', () => ({ access: pull, exp: undefined })],
  ['one of an unknown key', () => ({ access: pull }), { x5c: undefined, kid: 'AAAA:BBBB' }],
];

for (const naming of ['x5c', 'libtrust'] as const) {
  const title = `the same tokens are good and bad here as for registry:2, with the same answers (${naming})`;
  story(title, ['docker-registry', 'openssl'], async (scene) => {
    const { env, mint } = await startTokenServer(scene, naming);
    const [here, there] = [await startLading(scene, { env }), await startOldRegistry(scene, env)];
    const answer = async ({ url }: Registry, path: string, authorization?: string) => {
      const { status, headers, body } = await ask(`${url}${path}`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      const { code, detail } = JSON.parse(body.toString() || '{}').errors?.[0] ?? {};
      // What is behind the guard differs: the repository is not there, and says so in other words.
      const known = status === 404 ? {} : { code, detail: detail ?? undefined };
      return { status, challenge: headers['www-authenticate'], ...known };
    };
    const compare = async (what: string, path: string, authorization?: string) => {
      const [ours, theirs] = [
        await answer(here, path, authorization),
        await answer(there, path, authorization),
      ];
      assert.deepEqual(ours, theirs, what);
      return ours.status;
    };
    const statuses = new Set<number>();
    for (const [what, claims, header] of tokens) {
      const authorization = `Bearer ${await mint(claims(), header)}`;
      for (const path of ['/v2/', '/v2/team/app/tags/list']) {
        statuses.add(await compare(`${what} at ${path}`, path, authorization));
      }
    }
    assert.deepEqual([...statuses].sort(), [200, 401, 404]);
    for (const path of ['/v2/', '/v2/_catalog', '/v2/team/app/tags/list', '/v2/team/app/manifests/1']) {
      for (const authorization of [undefined, 'Basic YW5uOnNlY3JldA==', 'Bearer x', 'Bearer', 'nonsense']) {
        assert.equal(await compare(`${authorization} at ${path}`, path, authorization), 401);
      }
    }
  });
}
