import assert from 'node:assert/strict';
import {
  askManifest,
  htpasswdEnv,
  type Scene,
  sha256,
  startLading,
  story,
  writeBuildContext,
  writeHtpasswd,
} from './harness/index.ts';

const NEEDS = ['root', 'podman', 'busybox'] as const;

/** `podman ARGS` with storage of its own in the scene. */
function podmanOf(scene: Scene) {
  const storage = [
    '--root',
    scene.path('storage'),
    '--runroot',
    scene.path('run'),
    '--tmpdir',
    scene.path('libpod'),
  ];
  const options = [
    ...storage,
    '--storage-driver',
    'vfs',
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'none',
  ];
  return (args: readonly string[], how: { input?: string; expect?: number | 'any' } = {}) =>
    scene.run('podman', [...options, ...args], how);
}

const PLAIN = '--tls-verify=false';

story('podman builds, pushes, removes and pulls an image', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const podman = podmanOf(scene);
  const image = `${registry.host}/pod/app:1`;
  writeBuildContext(scene.path('context'), { greeting: 'podman\n' });
  await podman(['build', '--isolation', 'chroot', '-t', image, scene.path('context')]);
  const built = (await podman(['image', 'inspect', '--format', '{{.Id}}', image])).stdout;

  await podman(['push', PLAIN, '--digestfile', scene.path('digest'), image]);
  const digest = (await scene.run('cat', [scene.path('digest')])).stdout.trim();
  const stored = await askManifest(`${registry.url}/v2/pod/app/manifests/1`);
  assert.equal(sha256(stored.body), digest);

  await podman(['rmi', '--all', '--force']);
  await podman(['pull', PLAIN, image]);
  assert.equal((await podman(['image', 'inspect', '--format', '{{.Id}}', image])).stdout, built);
  assert.equal((await podman(['image', 'inspect', '--format', '{{.Digest}}', image])).stdout.trim(), digest);

  await podman(['rmi', '--all', '--force']);
  await podman(['pull', PLAIN, `${registry.host}/pod/app@${digest}`]);
  const { stdout } = await podman(['search', PLAIN, '--list-tags', `${registry.host}/pod/app`]);
  assert.match(stdout, /pod\/app\s+1\n/);
});

story('podman pushes a manifest list with all its images', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const podman = podmanOf(scene);
  const architectures = ['amd64', 'arm64'];
  await podman(['manifest', 'create', 'list']);
  for (const architecture of architectures) {
    const context = scene.path(architecture);
    writeBuildContext(context, { greeting: `${architecture}\n` });
    const platform = ['--platform', `linux/${architecture}`];
    await podman(['build', '--isolation', 'chroot', ...platform, '--manifest', 'list', context]);
  }
  const digestFile = scene.path('digest');
  await podman([
    'manifest',
    'push',
    '--all',
    PLAIN,
    '--digestfile',
    digestFile,
    'list',
    `docker://${registry.host}/pod/list:1`,
  ]);

  const list = await askManifest(`${registry.url}/v2/pod/list/manifests/1`);
  assert.equal(sha256(list.body), (await scene.run('cat', [digestFile])).stdout.trim());
  const { manifests }: { manifests: { digest: string; platform: { architecture: string } }[] } = JSON.parse(
    list.body.toString(),
  );
  assert.deepEqual(manifests.map(({ platform }) => platform.architecture).sort(), architectures);
  for (const { digest } of manifests) {
    const stored = await askManifest(`${registry.url}/v2/pod/list/manifests/${digest}`);
    assert.equal(sha256(stored.body), digest);
  }
});

story('podman logs in, and is refused with a wrong password', [...NEEDS, 'htpasswd'], async (scene) => {
  const registry = await startLading(scene, {
    env: htpasswdEnv(await writeHtpasswd(scene, 'ann', 'secret')),
  });
  const podman = podmanOf(scene);
  const image = `${registry.host}/pod/private:1`;
  writeBuildContext(scene.path('context'), { greeting: 'private\n' });
  await podman(['build', '--isolation', 'chroot', '-t', image, scene.path('context')]);
  const login = ['login', PLAIN, '-u', 'ann', '--password-stdin', registry.host];

  assert.notEqual((await podman(['push', PLAIN, image], { expect: 'any' })).code, 0);
  const wrong = await podman(login, { input: 'wrong', expect: 'any' });
  assert.match(wrong.output, /invalid username\/password/);
  assert.match((await podman(login, { input: 'secret' })).stdout, /Login Succeeded/);
  await podman(['push', PLAIN, image]);
  await podman(['rmi', '--all', '--force']);
  await podman(['pull', PLAIN, image]);
  await podman(['logout', registry.host]);
  assert.notEqual((await podman(['pull', PLAIN, image], { expect: 'any' })).code, 0);
});
