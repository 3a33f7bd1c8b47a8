import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import {
  ask,
  askManifest,
  createAuthority,
  createLayout,
  htpasswdEnv,
  type Scene,
  sha256,
  startLading,
  story,
  tlsEnv,
  writeHtpasswd,
} from './harness/index.ts';

const PLAIN = ['--src-tls-verify=false', '--dest-tls-verify=false'] as const;

function copy(scene: Scene, args: readonly string[]) {
  return scene.run('skopeo', ['copy', '--insecure-policy', ...PLAIN, ...args]);
}

story(
  'skopeo copies an image in and out, byte for byte, in both manifest formats',
  ['skopeo'],
  async (scene) => {
    const registry = await startLading(scene);
    const layout = createLayout(scene.path('in'));
    const manifest = layout.addImage({ content: 'one small file', tag: 'v1' });
    const source = `oci:${layout.dir}:v1`;

    await scene.step('oci: manifest and blobs come back unchanged', async () => {
      await copy(scene, [source, `docker://${registry.host}/copy/oci:v1`]);
      const stored = await askManifest(`${registry.url}/v2/copy/oci/manifests/v1`);
      assert.deepEqual(stored.body, layout.read(manifest.digest));
      await copy(scene, [`docker://${registry.host}/copy/oci:v1`, `oci:${scene.path('out')}:v1`]);
      const blobs = readdirSync(scene.path('in/blobs/sha256')).sort();
      assert.deepEqual(readdirSync(scene.path('out/blobs/sha256')).sort(), blobs);
      for (const name of blobs) {
        const bytes = readFileSync(scene.path('out/blobs/sha256', name));
        assert.deepEqual(bytes, readFileSync(scene.path('in/blobs/sha256', name)));
      }
    });

    await scene.step('v2s2: stored as pushed and read back into a folder', async () => {
      await copy(scene, ['--format', 'v2s2', source, `docker://${registry.host}/copy/docker:v1`]);
      const stored = await askManifest(`${registry.url}/v2/copy/docker/manifests/v1`);
      assert.equal(stored.headers['content-type'], 'application/vnd.docker.distribution.manifest.v2+json');
      await copy(scene, [`docker://${registry.host}/copy/docker:v1`, `dir:${scene.path('dir')}`]);
      assert.deepEqual(readFileSync(scene.path('dir/manifest.json')), stored.body);
      await copy(scene, [`dir:${scene.path('dir')}`, `docker://${registry.host}/copy/docker:again`]);
      const again = await askManifest(`${registry.url}/v2/copy/docker/manifests/again`);
      assert.deepEqual(again.body, stored.body);
    });

    await scene.step('registry to registry mounts and keeps the digest', async () => {
      await copy(scene, [
        `docker://${registry.host}/copy/oci:v1`,
        `docker://${registry.host}/copy/third/level:v1`,
      ]);
      const stored = await askManifest(`${registry.url}/v2/copy/third/level/manifests/${manifest.digest}`);
      assert.deepEqual(stored.body, layout.read(manifest.digest));
    });
  },
);

story('skopeo pushes zstd layers', ['skopeo'], async (scene) => {
  const registry = await startLading(scene);
  const layout = createLayout(scene.path('in'));
  layout.addImage({ content: 'compressed anew', tag: 'v1' });
  const image = `docker://${registry.host}/zstd:v1`;
  await copy(scene, ['--dest-compress-format', 'zstd', `oci:${layout.dir}:v1`, image]);
  const stored = await askManifest(`${registry.url}/v2/zstd/manifests/v1`);
  const { layers }: { layers: { mediaType: string; digest: string }[] } = JSON.parse(stored.body.toString());
  assert.equal(layers[0]?.mediaType, 'application/vnd.oci.image.layer.v1.tar+zstd');
  const blob = await ask(`${registry.url}/v2/zstd/blobs/${layers[0]?.digest}`);
  assert.equal(sha256(blob.body), layers[0]?.digest);
  await copy(scene, [image, `dir:${scene.path('out')}`]);
  assert.deepEqual(readFileSync(scene.path('out/manifest.json')), stored.body);
});

story('skopeo copies an index with all its images', ['skopeo'], async (scene) => {
  const registry = await startLading(scene);
  const layout = createLayout(scene.path('in'));
  const manifests = ['amd64', 'arm64'].map((architecture) =>
    layout.addImage({ architecture, content: architecture }),
  );
  const index = layout.addIndex({ manifests, tag: 'all' });

  await copy(scene, ['--all', `oci:${layout.dir}:all`, `docker://${registry.host}/multi:all`]);
  for (const { digest } of [index, ...manifests]) {
    const stored = await askManifest(`${registry.url}/v2/multi/manifests/${digest}`);
    assert.deepEqual(stored.body, layout.read(digest));
  }
  await copy(scene, ['--all', `docker://${registry.host}/multi:all`, `oci:${scene.path('out')}:all`]);
  assert.deepEqual(
    readdirSync(scene.path('out/blobs/sha256')).sort(),
    readdirSync(scene.path('in/blobs/sha256')).sort(),
  );

  const { stdout } = await scene.run('skopeo', [
    ...['inspect', '--tls-verify=false', '--override-arch', 'arm64', `docker://${registry.host}/multi:all`],
  ]);
  const shown: { Digest: string; Architecture: string; RepoTags: string[] } = JSON.parse(stdout);
  assert.equal(shown.Digest, index.digest);
  assert.equal(shown.Architecture, 'arm64');
  assert.deepEqual(shown.RepoTags, ['all']);
});

story('skopeo lists tags and deletes an image with every tag of it', ['skopeo'], async (scene) => {
  const registry = await startLading(scene);
  const layout = createLayout(scene.path('in'));
  layout.addImage({ content: 'doomed', tag: 'doomed' });
  layout.addImage({ content: 'kept', tag: 'kept' });
  const repository = `docker://${registry.host}/tags`;
  for (const [from, to] of [
    ['doomed', 'a'],
    ['doomed', 'b'],
    ['kept', 'c'],
  ] as const) {
    await copy(scene, [`oci:${layout.dir}:${from}`, `${repository}:${to}`]);
  }
  const tags = async () => {
    const { stdout } = await scene.run('skopeo', ['list-tags', '--tls-verify=false', repository]);
    const listed: { Tags: string[] } = JSON.parse(stdout);
    return listed.Tags.sort();
  };
  assert.deepEqual(await tags(), ['a', 'b', 'c']);
  await scene.run('skopeo', ['delete', '--tls-verify=false', `${repository}:a`]);
  assert.deepEqual(await tags(), ['c']);
  assert.equal((await askManifest(`${registry.url}/v2/tags/manifests/b`)).status, 404);
});

story('skopeo logs in over TLS that it verifies', ['skopeo', 'htpasswd', 'openssl'], async (scene) => {
  const authority = await createAuthority(scene);
  const registry = await startLading(scene, {
    tls: authority,
    env: {
      ...htpasswdEnv(await writeHtpasswd(scene, 'ann', 'secret')),
      ...tlsEnv(await authority.issue('server')),
    },
  });
  const layout = createLayout(scene.path('in'));
  const manifest = layout.addImage({ content: 'private', tag: 'v1' });
  // skopeo trusts every .crt in a folder; its own key files must not be there.
  const trust = scene.path('trust');
  await scene.run('mkdir', [trust]);
  await scene.run('cp', [authority.caPath, trust]);
  const image = `docker://${registry.host}/private:v1`;
  const push = ['copy', '--insecure-policy', `oci:${layout.dir}:v1`, image];

  const untrusted = await scene.run('skopeo', push, { expect: 'any' });
  assert.match(untrusted.output, /certificate signed by unknown authority/);
  const anonymous = await scene.run('skopeo', [...push, '--dest-cert-dir', trust], { expect: 'any' });
  assert.match(anonymous.output, /unauthorized|authentication required/);
  const login = ['login', '--cert-dir', trust, '-u', 'ann', '--password-stdin', registry.host];
  const wrong = await scene.run('skopeo', login, { input: 'wrong', expect: 'any' });
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.output, /invalid username\/password/);
  await scene.run('skopeo', login, { input: 'secret' });
  await scene.run('skopeo', [...push, '--dest-cert-dir', trust]);
  const { stdout } = await scene.run('skopeo', ['inspect', '--raw', '--cert-dir', trust, image]);
  assert.equal(sha256(stdout), manifest.digest);
});
