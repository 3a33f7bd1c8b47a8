import assert from 'node:assert/strict';
import { askManifest, type Scene, sha256, startLading, story, writeBuildContext } from './harness/index.ts';

const NEEDS = ['root', 'buildah', 'busybox'] as const;
const PLAIN = '--tls-verify=false';

function buildahOf(scene: Scene) {
  const options = [
    '--root',
    scene.path('storage'),
    '--runroot',
    scene.path('run'),
    '--storage-driver',
    'vfs',
  ];
  return async (...args: readonly string[]) =>
    (await scene.run('buildah', [...options, ...args])).stdout.trim();
}

story('buildah builds from scratch, pushes in both formats, pulls and runs', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const buildah = buildahOf(scene);
  writeBuildContext(scene.path('context'), { greeting: 'buildah\n' });
  const container = await buildah('from', 'scratch');
  await buildah('copy', container, scene.path('context'), '/');
  await buildah('config', '--cmd', '/bin/busybox cat /greeting', container);

  for (const [format, mediaType] of [
    ['oci', 'application/vnd.oci.image.manifest.v1+json'],
    ['docker', 'application/vnd.docker.distribution.manifest.v2+json'],
  ] as const) {
    const name = `${registry.host}/built/${format}:1`;
    const digestFile = scene.path(`${format}.digest`);
    await buildah('commit', '--format', format, container, name);
    await buildah('push', PLAIN, '--digestfile', digestFile, name, `docker://${name}`);
    const digest = (await scene.run('cat', [digestFile])).stdout.trim();
    const stored = await askManifest(`${registry.url}/v2/built/${format}/manifests/1`);
    assert.equal(stored.headers['content-type'], mediaType);
    assert.equal(sha256(stored.body), digest);

    await buildah('rmi', name);
    const pulled = await buildah(
      'from',
      PLAIN,
      '--pull-always',
      `docker://${registry.host}/built/${format}@${digest}`,
    );
    const ran = await buildah(
      'run',
      '--isolation',
      'chroot',
      pulled,
      '--',
      '/bin/busybox',
      'cat',
      '/greeting',
    );
    assert.equal(ran, 'buildah');
  }
});

story('buildah pushes an index with all its images', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const buildah = buildahOf(scene);
  await buildah('manifest', 'create', 'list');
  for (const architecture of ['amd64', 'arm64']) {
    const container = await buildah('from', '--arch', architecture, 'scratch');
    await buildah('config', '--env', `MADE_FOR=${architecture}`, container);
    writeBuildContext(scene.path(architecture), { greeting: architecture });
    await buildah('copy', container, scene.path(architecture, 'greeting'), '/');
    await buildah('commit', '--manifest', 'list', container);
  }
  await buildah(
    'manifest',
    'push',
    '--all',
    '--format',
    'oci',
    PLAIN,
    'list',
    `docker://${registry.host}/built/list:1`,
  );
  const index = await askManifest(`${registry.url}/v2/built/list/manifests/1`);
  assert.equal(index.headers['content-type'], 'application/vnd.oci.image.index.v1+json');
  const { manifests }: { manifests: { digest: string }[] } = JSON.parse(index.body.toString());
  assert.equal(manifests.length, 2);
  for (const { digest } of manifests) {
    const stored = await askManifest(`${registry.url}/v2/built/list/manifests/${digest}`);
    assert.equal(sha256(stored.body), digest);
  }
});
