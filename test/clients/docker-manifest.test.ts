import assert from 'node:assert/strict';
import { askManifest, sha256, startDockerd, startLading, story, writeBuildContext } from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox'] as const;

story('docker manifest makes a multi-architecture list that docker pull resolves', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const { docker } = await startDockerd(scene);
  const list = `${registry.host}/multi/app:latest`;
  const own = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
  const other = own === 'amd64' ? 'arm64' : 'amd64';
  for (const architecture of [own, other]) {
    const context = scene.path(architecture);
    writeBuildContext(context, { greeting: `${architecture}\n` });
    const image = `${registry.host}/multi/app:${architecture}`;
    await docker(['build', '--quiet', '-t', image, context]);
    await docker(['push', image]);
  }

  let digest = '';
  await scene.step('create, annotate, push', async () => {
    const images = [own, other].map((architecture) => `${registry.host}/multi/app:${architecture}`);
    await docker(['manifest', 'create', '--insecure', list, ...images]);
    await docker(['manifest', 'annotate', '--arch', other, list, `${registry.host}/multi/app:${other}`]);
    const { stdout } = await docker(['manifest', 'push', '--insecure', list]);
    digest = /sha256:[0-9a-f]{64}/.exec(stdout.trim().split('\n').at(-1) ?? '')?.[0] ?? '';
    const stored = await askManifest(`${registry.url}/v2/multi/app/manifests/latest`);
    assert.equal(stored.headers['content-type'], 'application/vnd.docker.distribution.manifest.list.v2+json');
    assert.equal(sha256(stored.body), digest, stdout);
  });

  await scene.step('inspect shows both architectures, each with the digest stored', async () => {
    const { stdout } = await docker(['manifest', 'inspect', '--insecure', list]);
    const shown: { manifests: { digest: string; platform: { architecture: string } }[] } = JSON.parse(stdout);
    for (const architecture of [own, other]) {
      const entry = shown.manifests.find(({ platform }) => platform.architecture === architecture);
      const stored = await askManifest(`${registry.url}/v2/multi/app/manifests/${architecture}`);
      assert.equal(entry?.digest, sha256(stored.body), stdout);
    }
  });

  await scene.step('a list is pushed to another repository, mounting every blob', async () => {
    const copy = `${registry.host}/multi/copy:latest`;
    const images = [own, other].map((architecture) => `${registry.host}/multi/app:${architecture}`);
    await docker(['manifest', 'create', '--insecure', copy, ...images]);
    await docker(['manifest', 'push', '--insecure', '--purge', copy]);
    const { stdout } = await docker(['manifest', 'inspect', '--insecure', copy]);
    const shown: { manifests: { digest: string }[] } = JSON.parse(stdout);
    for (const entry of shown.manifests) {
      const stored = await askManifest(`${registry.url}/v2/multi/copy/manifests/${entry.digest}`);
      assert.equal(sha256(stored.body), entry.digest);
    }
  });

  await scene.step('pull of the list runs the image of this machine', async () => {
    await docker([
      'rmi',
      ...[own, other].map((architecture) => `${registry.host}/multi/app:${architecture}`),
    ]);
    const { stdout } = await docker(['pull', list]);
    assert.ok(stdout.includes(digest), stdout);
    assert.equal((await docker(['run', '--rm', '--net=none', list])).stdout, `${own}\n`);
  });
});
