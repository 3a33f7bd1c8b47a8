import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  askManifest,
  createLayout,
  type Registry,
  type Scene,
  sha256,
  startLading,
  story,
  writeRandomFile,
} from './harness/index.ts';

/** `regctl ARGS` that speaks HTTP to this registry; the output without its last newline. */
async function regctlOf(scene: Scene, registry: Registry, settings: readonly string[] = []) {
  await scene.run('regctl', ['registry', 'set', registry.host, '--tls', 'disabled', ...settings]);
  return async (
    args: readonly string[],
    how: { input?: string | Uint8Array; expect?: number | 'any' } = {},
  ) => (await scene.run('regctl', args, how)).stdout.trimEnd();
}

story('regctl copies an index together with its referrers', ['regctl'], async (scene) => {
  const registry = await startLading(scene);
  const regctl = await regctlOf(scene, registry);
  const { host, url } = registry;
  const layout = createLayout(scene.path('in'));
  const manifests = ['amd64', 'arm64'].map((architecture) =>
    layout.addImage({ architecture, content: architecture }),
  );
  const index = layout.addIndex({ manifests, tag: 'v1' });
  await regctl(['image', 'copy', `ocidir://${layout.dir}:v1`, `${host}/reg/app:v1`]);
  for (const { digest } of [index, ...manifests]) {
    const stored = await askManifest(`${url}/v2/reg/app/manifests/${digest}`);
    assert.deepEqual(stored.body, layout.read(digest));
  }

  const referrers = async (repository: string, type?: string) => {
    const filter = type === undefined ? [] : ['--filter-artifact-type', type];
    const format = '{{range .Descriptors}}{{println .ArtifactType .Digest}}{{end}}';
    return (
      await regctl(['artifact', 'list', ...filter, '--format', format, `${host}/${repository}:v1`])
    ).trim();
  };
  await scene.step('artifacts with a subject are listed and filtered', async () => {
    for (const type of ['application/x.sbom', 'application/x.signature']) {
      const put = ['artifact', 'put', '--artifact-type', type, '--subject', `${host}/reg/app:v1`];
      await regctl(put, { input: `about ${type}` });
    }
    assert.equal((await referrers('reg/app')).split('\n').length, 2);
    assert.match(
      await referrers('reg/app', 'application/x.sbom'),
      /^application\/x\.sbom sha256:[0-9a-f]{64}$/,
    );
    // No fallback tag: the registry told that it keeps referrers itself.
    assert.equal(await regctl(['tag', 'ls', `${host}/reg/app`]), 'v1');
    const tree = await regctl(['artifact', 'tree', `${host}/reg/app:v1`]);
    assert.match(
      tree,
      /application\/x\.sbom[\s\S]*application\/x\.signature|application\/x\.signature[\s\S]*application\/x\.sbom/,
    );
  });

  await scene.step('image copy --referrers brings them along, digest for digest', async () => {
    await regctl(['image', 'copy', '--referrers', `${host}/reg/app:v1`, `${host}/reg/copy:v1`]);
    assert.equal(await referrers('reg/copy'), await referrers('reg/app'));
    assert.equal(await regctl(['image', 'digest', `${host}/reg/copy:v1`]), index.digest);
    const sbom = await regctl([
      'artifact',
      'get',
      '--subject',
      `${host}/reg/copy:v1`,
      '--filter-artifact-type',
      'application/x.sbom',
    ]);
    assert.equal(sbom, 'about application/x.sbom');
  });
});

story('regctl puts, gets and deletes blobs, in one piece and in chunks', ['regctl'], async (scene) => {
  const registry = await startLading(scene);
  const { host } = registry;
  writeRandomFile(scene.path('blob'), 3 * 1024 * 1024 + 17);
  const bytes = readFileSync(scene.path('blob'));
  for (const [repository, settings] of [
    ['whole', ['--blob-max', '-1']],
    ['chunked', ['--blob-max', '1024', '--blob-chunk', '1000000']],
  ] as const) {
    await scene.step(repository, async () => {
      const regctl = await regctlOf(scene, registry, settings);
      assert.equal(await regctl(['blob', 'put', `${host}/${repository}`], { input: bytes }), sha256(bytes));
      await scene.run('sh', ['-c', `regctl blob get ${host}/${repository} ${sha256(bytes)} > got`]);
      assert.deepEqual(readFileSync(scene.path('got')), bytes);
      await regctl(['blob', 'delete', `${host}/${repository}`, sha256(bytes)]);
      const head = await scene.run('regctl', ['blob', 'head', `${host}/${repository}`, sha256(bytes)], {
        expect: 'any',
      });
      assert.notEqual(head.code, 0, 'the blob is gone');
    });
  }
});

story('regctl deletes a tag and leaves the manifest', ['regctl'], async (scene) => {
  const registry = await startLading(scene);
  const regctl = await regctlOf(scene, registry);
  const { host, url } = registry;
  const layout = createLayout(scene.path('in'));
  const { digest } = layout.addImage({ content: 'tagged', tag: 'v1' });
  for (const tag of ['v1', 'v2'])
    await regctl(['image', 'copy', `ocidir://${layout.dir}:v1`, `${host}/tags:${tag}`]);
  await regctl(['tag', 'delete', `${host}/tags:v1`]);
  assert.equal(await regctl(['tag', 'ls', `${host}/tags`]), 'v2');
  assert.deepEqual((await askManifest(`${url}/v2/tags/manifests/${digest}`)).body, layout.read(digest));
  await regctl(['manifest', 'delete', `${host}/tags@${digest}`]);
  assert.equal((await askManifest(`${url}/v2/tags/manifests/v2`)).status, 404);
  assert.equal(await regctl(['repo', 'ls', host]), 'tags');
});
