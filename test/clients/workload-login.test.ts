import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startDockerd, startLading, story, writeBuildContext } from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox', 'skopeo'] as const;
const LADING = join(import.meta.dirname, '../../bin/lading');
const PASSWORD = 'correct horse battery';

story('a job of a CI logs in with its own token, and pushes what a rule lets it', NEEDS, async (scene) => {
  await using issuer = await startIssuer();
  const root = scene.path('registry');
  await scene.run(LADING, ['admin', 'create', 'alice', '--root', root], { input: PASSWORD });
  const registry = await startLading(scene, {
    root,
    env: { REGISTRY_AUTH_ACCOUNTS_OIDC_PRIVATEISSUERS: `[${issuer.url}]` },
  });
  const { docker } = await startDockerd(scene);
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${registry.url}/api/v1/organisations${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 201, await answer.text());
  };
  await post('', { name: 'acme' });
  await post('/acme/federation-rules', {
    name: 'deploy',
    issuer: issuer.url,
    audience: 'registry',
    claims: { sub: 'repo:acme/app:ref:refs/heads/main' },
    actions: ['pull', 'push'],
    repositories: ['acme/app'],
  });
  const image = `${registry.host}/acme/app:1`;
  const other = `${registry.host}/acme/other:1`;
  writeBuildContext(scene.path('context'), { greeting: 'from a job\n' });
  await docker(['build', '--quiet', '-t', image, '-t', other, scene.path('context')]);
  const login = (input: string) =>
    docker(['login', '-u', 'oidc', '--password-stdin', registry.host], { input, expect: 'any' });

  await scene.step('another branch is not let in', async () => {
    const { code, output } = await login(await issuer.token('repo:acme/app:ref:refs/heads/evil'));
    assert.equal(code, 1, output);
  });

  const token = await issuer.token('repo:acme/app:ref:refs/heads/main');
  await scene.step('docker logs in, pushes and pulls, and no more than the rule gives', async () => {
    const { code, output } = await login(token);
    assert.equal(code, 0, output);
    await docker(['push', image]);
    await docker(['rmi', image]);
    await docker(['pull', image]);
    const refused = await docker(['push', other], { expect: 'any' });
    assert.equal(refused.code, 1, refused.output);
    assert.match(refused.output, /denied|may not/i);
  });

  await scene.step('skopeo reads with the same', async () => {
    const args = ['inspect', '--tls-verify=false', '--creds', `oidc:${token}`, `docker://${image}`];
    const { stdout } = await scene.run('skopeo', args);
    assert.match(stdout, /"Digest": "sha256:/);
  });
});

async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
  const server = createServer((request, response) => {
    const isKeys = request.url === '/jwks';
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: (subject: string) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setIssuer(url)
        .setAudience('registry')
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
