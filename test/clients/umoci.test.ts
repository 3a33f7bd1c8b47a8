import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ask, askManifest, startLading, story } from './harness/index.ts';

story(
  'an image made by umoci comes back byte for byte and unpacks the same',
  ['umoci', 'skopeo'],
  async (scene) => {
    const registry = await startLading(scene);
    const umoci = (...args: string[]) => scene.run('umoci', args);
    const read = (...parts: string[]) => readFileSync(scene.path(...parts));
    await umoci('init', '--layout', 'image');
    await umoci('new', '--image', 'image:v1');
    await umoci('unpack', '--rootless', '--image', 'image:v1', 'bundle');
    writeFileSync(scene.path('bundle/rootfs/hello'), 'written by umoci\n');
    await umoci('repack', '--image', 'image:v1', 'bundle');
    writeFileSync(scene.path('second'), 'inserted\n');
    await umoci('insert', '--rootless', '--image', 'image:v1', 'second', '/second');
    await umoci('gc', '--layout', 'image');

    const remote = `docker://${registry.host}/umoci/hello:v1`;
    await scene.run('skopeo', [
      'copy',
      '--insecure-policy',
      '--dest-tls-verify=false',
      'oci:image:v1',
      remote,
    ]);
    const url = `${registry.url}/v2/umoci/hello`;
    const index: { manifests: { digest: string }[] } = JSON.parse(read('image/index.json').toString());
    for (const name of readdirSync(scene.path('image/blobs/sha256'))) {
      const digest = `sha256:${name}`;
      const isManifest = index.manifests[0]?.digest === digest;
      const stored = isManifest
        ? await askManifest(`${url}/manifests/${digest}`)
        : await ask(`${url}/blobs/${digest}`);
      assert.equal(stored.status, 200, digest);
      assert.deepEqual(stored.body, read('image/blobs/sha256', name));
    }

    await scene.run('skopeo', [
      'copy',
      '--insecure-policy',
      '--src-tls-verify=false',
      remote,
      'oci:pulled:v1',
    ]);
    await umoci('unpack', '--rootless', '--image', 'pulled:v1', 'unpacked');
    assert.equal(read('unpacked/rootfs/hello').toString(), 'written by umoci\n');
    assert.equal(read('unpacked/rootfs/second').toString(), 'inserted\n');
  },
);
