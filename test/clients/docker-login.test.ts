import assert from 'node:assert/strict';
import {
  ask,
  createAuthority,
  htpasswdEnv,
  type Registry,
  type Scene,
  startDockerd,
  startLading,
  story,
  type Trust,
  tlsEnv,
  writeBuildContext,
  writeHtpasswd,
} from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox', 'htpasswd'] as const;
const USER = 'ann';
const PASSWORD = 'correct horse';

story('docker login guards pushes and pulls with an htpasswd file', NEEDS, async (scene) => {
  const env = htpasswdEnv(await writeHtpasswd(scene, USER, PASSWORD));
  await loginPushPull(scene, await startLading(scene, { env }), 'localhost');
});

story('docker login, push and pull work over TLS', [...NEEDS, 'openssl'], async (scene) => {
  const authority = await createAuthority(scene);
  const registry = await startLading(scene, {
    tls: authority,
    env: {
      ...htpasswdEnv(await writeHtpasswd(scene, USER, PASSWORD)),
      ...tlsEnv(await authority.issue('server')),
    },
  });
  // Docker takes any certificate of a loopback address; curl and skopeo check it, in stories of their own.
  await loginPushPull(scene, registry, '127.0.0.1', authority);
});

async function loginPushPull(scene: Scene, registry: Registry, name: string, tls: Trust = {}): Promise<void> {
  const { docker } = await startDockerd(scene);
  const host = registry.host.replace('127.0.0.1', name);
  const image = `${host}/private/app:1`;
  writeBuildContext(scene.path('context'), { greeting: 'inside\n' });
  await docker(['build', '--quiet', '-t', image, scene.path('context')]);

  await scene.step('without login a push is refused', async () => {
    const { code, output } = await docker(['push', image], { expect: 'any' });
    assert.equal(code, 1, output);
    assert.match(output, /no basic auth credentials/);
  });

  await scene.step('login with a wrong password or user is refused', async () => {
    for (const [user, password] of [
      [USER, 'wrong'],
      ['nobody', PASSWORD],
    ] as const) {
      const args = ['login', '-u', user, '--password-stdin', host];
      const { code, output } = await docker(args, { input: password, expect: 'any' });
      assert.equal(code, 1, output);
      assert.match(output, /401|unauthorized/i);
    }
  });

  await scene.step('login with the right one, push, pull, run', async () => {
    const { stdout } = await docker(['login', '-u', USER, '--password-stdin', host], { input: PASSWORD });
    assert.match(stdout, /Login Succeeded/);
    const pushed = await docker(['push', image]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed.stdout)?.[1] ?? 'no digest';
    await docker(['rmi', image]);
    const pulled = await docker(['pull', image]);
    assert.ok(pulled.stdout.includes(digest), pulled.stdout);
    assert.equal((await docker(['run', '--rm', '--net=none', image])).stdout, 'inside\n');
  });

  await scene.step('without credentials every path answers 401 and its challenge', async () => {
    for (const path of ['/v2/', '/v2/_catalog', '/v2/private/app/manifests/1', '/v2/private/app/tags/list']) {
      const answer = await ask(`${registry.url}${path}`, { tls });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers['www-authenticate'], 'Basic realm="Registry Realm"', path);
    }
  });

  await scene.step('after logout a pull is refused again', async () => {
    await docker(['rmi', image]);
    await docker(['logout', host]);
    const { code, output } = await docker(['pull', image], { expect: 'any' });
    assert.equal(code, 1, output);
  });
}
