import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import {
  ask,
  askManifest,
  createAuthority,
  createLayout,
  dockerRegistryConfig,
  findFreePort,
  htpasswdEnv,
  sha256,
  startDockerd,
  startLading,
  story,
  tlsEnv,
  writeBuildContext,
  writeHtpasswd,
} from './harness/index.ts';

/** What Kubernetes gives every pod beside a Service called `registry`. */
const KUBERNETES_ENV = {
  REGISTRY_PORT: 'tcp://10.96.0.12:5000',
  REGISTRY_PORT_5000_TCP: 'tcp://10.96.0.12:5000',
  REGISTRY_PORT_5000_TCP_ADDR: '10.96.0.12',
  REGISTRY_PORT_5000_TCP_PORT: '5000',
  REGISTRY_PORT_5000_TCP_PROTO: 'tcp',
  REGISTRY_SERVICE_HOST: '10.96.0.12',
  REGISTRY_SERVICE_PORT: '5000',
};

const DOCKER = ['root', 'docker', 'dockerd', 'busybox', 'htpasswd', 'openssl'] as const;

story('the environment of every registry:2 tutorial works as it is written there', DOCKER, async (scene) => {
  const port = await findFreePort();
  const root = scene.path('var-lib-registry');
  const authority = await createAuthority(scene);
  const registry = await startLading(scene, {
    args: [],
    port,
    root,
    tls: authority,
    env: {
      ...KUBERNETES_ENV,
      ...htpasswdEnv(await writeHtpasswd(scene, 'testuser', 'testpassword')),
      REGISTRY_HTTP_ADDR: `127.0.0.1:${port}`,
      ...tlsEnv(await authority.issue('server')),
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: root,
      REGISTRY_STORAGE_DELETE_ENABLED: 'true',
    },
  });
  const { docker } = await startDockerd(scene);
  const image = `localhost:${port}/my-ubuntu`;
  writeBuildContext(scene.path('context'), { greeting: 'as in the tutorial\n' });
  await docker(['login', '-u', 'testuser', '-p', 'testpassword', `localhost:${port}`]);
  await docker(['build', '--quiet', '-t', image, scene.path('context')]);
  const pushed = await docker(['push', image]);
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed.stdout)?.[1] ?? 'no digest';
  await docker(['image', 'remove', image]);
  await docker(['pull', image]);
  assert.equal((await docker(['run', '--rm', '--net=none', image])).stdout, 'as in the tutorial\n');

  const authorization = `Basic ${Buffer.from('testuser:testpassword').toString('base64')}`;
  const how = { tls: authority, headers: { authorization } };
  const stored = await askManifest(`${registry.url}/v2/my-ubuntu/manifests/latest`, how);
  assert.equal(sha256(stored.body), digest);
  // The copies of manifests follow the database a moment later, and are all there after a stop.
  await registry.stop();
  const hex = digest.slice('sha256:'.length);
  const blob = `${root}/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
  assert.equal(
    sha256((await scene.run('cat', [blob])).stdout),
    digest,
    'the data is where the variable says',
  );
});

story(
  "registry:2's own configuration file starts Lading, and the environment overrides it",
  ['skopeo'],
  async (scene) => {
    const port = await findFreePort();
    const root = scene.path('from-file');
    const config = scene.path('config.yml');
    writeFileSync(config, dockerRegistryConfig(root, port));
    const layout = createLayout(scene.path('in'));
    const { digest } = layout.addImage({ content: 'configured', tag: '1' });
    const remote = `127.0.0.1:${port}/configured:1`;

    const first = await startLading(scene, { args: ['--config', config], port, root, env: KUBERNETES_ENV });
    await scene.run('skopeo', [
      ...[
        'copy',
        '--insecure-policy',
        '--dest-tls-verify=false',
        `oci:${layout.dir}:1`,
        `docker://${remote}`,
      ],
    ]);
    const answer = await askManifest(`${first.url}/v2/configured/manifests/1`);
    assert.deepEqual(answer.body, layout.read(digest));
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(await first.stop(), 0);

    const env = { REGISTRY_STORAGE_DELETE_ENABLED: 'false' };
    const second = await startLading(scene, { args: ['--config', config], port, root, env });
    const refused = await ask(`${second.url}/v2/configured/manifests/${digest}`, { method: 'DELETE' });
    assert.equal(refused.status, 405);
    assert.match(refused.body.toString(), /"UNSUPPORTED"/);
    assert.deepEqual(
      (await askManifest(`${second.url}/v2/configured/manifests/1`)).body,
      layout.read(digest),
    );
  },
);
