import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { askManifest, createLayout, sha256, startContainerd, startLading, story } from './harness/index.ts';

const NEEDS = ['root', 'containerd', 'ctr', 'skopeo', 'tar'] as const;

story('ctr pushes and pulls an index with all its platforms', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const { ctr } = await startContainerd(scene);
  const layout = createLayout(scene.path('in'));
  const manifests = ['amd64', 'arm64'].map((architecture) =>
    layout.addImage({ architecture, content: architecture }),
  );
  const index = layout.addIndex({ manifests, tag: '1' });
  const image = `${registry.host}/ctr/app:1`;

  await scene.run('tar', ['-C', layout.dir, '-cf', 'image.tar', '.']);
  await ctr([
    'images',
    'import',
    '--all-platforms',
    '--no-unpack',
    '--base-name',
    `${registry.host}/ctr/app`,
    'image.tar',
  ]);
  await ctr(['images', 'push', '--plain-http', image]);
  for (const { digest } of [index, ...manifests]) {
    const stored = await askManifest(`${registry.url}/v2/ctr/app/manifests/${digest}`);
    assert.deepEqual(stored.body, layout.read(digest));
  }
  await ctr(['images', 'push', '--plain-http', image]);

  await ctr(['images', 'rm', '--sync', image]);
  assert.equal((await ctr(['content', 'ls', '--quiet'])).stdout, '', 'nothing is left in containerd');
  await ctr(['content', 'fetch', '--plain-http', '--all-platforms', image]);
  for (const { digest } of [index, ...manifests]) {
    const { stdout } = await ctr(['content', 'get', digest]);
    assert.equal(sha256(stdout), digest);
  }
  const { stdout } = await ctr(['images', 'ls', `name==${image}`]);
  assert.ok(stdout.includes(index.digest), stdout);
});

story('ctr pulls through a hosts.toml mirror, which names the original host as ns=', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const { ctr } = await startContainerd(scene);
  const layout = createLayout(scene.path('in'));
  const manifest = layout.addImage({
    content: 'mirrored',
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    tag: '1',
  });
  const copy = ['copy', '--insecure-policy', '--dest-tls-verify=false', `oci:${layout.dir}:1`];
  await scene.run('skopeo', [...copy, `docker://${registry.host}/library/thing:1`]);

  const hosts = scene.path('hosts/example.test');
  mkdirSync(hosts, { recursive: true });
  writeFileSync(
    `${hosts}/hosts.toml`,
    `server = "${registry.url}"\n[host."${registry.url}"]\n  capabilities = ["pull", "resolve"]\n`,
  );
  const pull = ['images', 'pull', '--hosts-dir', scene.path('hosts'), '--snapshotter', 'native'];
  const image = 'example.test/library/thing:1';
  await ctr([...pull, image]);
  const { stdout } = await ctr(['images', 'ls', `name==${image}`]);
  assert.ok(stdout.includes(manifest.digest), stdout);
  await ctr([...pull, `example.test/library/thing@${manifest.digest}`]);
});
