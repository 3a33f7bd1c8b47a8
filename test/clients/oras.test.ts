import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import {
  ask,
  askManifest,
  type Scene,
  sha256,
  startLading,
  story,
  writeRandomFile,
} from './harness/index.ts';

/** `oras ARGS` over HTTP; what it printed. */
function orasOf(scene: Scene) {
  return async (args: readonly string[], expect: number | 'any' = 0) =>
    (await scene.run('oras', [...args, '--no-tty'], { expect })).stdout;
}

story('oras pushes files, attaches artifacts, discovers and copies them', ['oras'], async (scene) => {
  const registry = await startLading(scene);
  const { host, url } = registry;
  const run = async (...args: readonly string[]) => (await scene.run('oras', args)).stdout.trim();
  writeFileSync(scene.path('hello.txt'), 'hello oras\n');
  writeRandomFile(scene.path('data.bin'), 300_000);
  const digestOf = ['--format', 'go-template={{.digest}}', '--plain-http'];
  const type = ['--artifact-type', 'application/x.thing'];
  const digest = await run('push', ...digestOf, ...type, `${host}/things/one:v1`, 'hello.txt', 'data.bin');
  assert.equal(sha256((await askManifest(`${url}/v2/things/one/manifests/v1`)).body), digest);

  await scene.step('pull brings the same bytes', async () => {
    mkdirSync(scene.path('out'));
    await run('pull', '--plain-http', '-o', 'out', `${host}/things/one:v1`);
    for (const name of ['hello.txt', 'data.bin']) {
      assert.deepEqual(readFileSync(scene.path('out', name)), readFileSync(scene.path(name)));
    }
  });

  let signature = '';
  await scene.step('attached artifacts are found through the referrers API', async () => {
    const attach = ['attach', ...digestOf, '--distribution-spec', 'v1.1-referrers-api'];
    const subject = `${host}/things/one:v1`;
    signature = await run(...attach, '--artifact-type', 'application/x.signature', subject, 'hello.txt');
    await run(...attach, '--artifact-type', 'application/x.sbom', subject, 'hello.txt');
    await run(
      ...attach,
      '--artifact-type',
      'application/x.note',
      `${host}/things/one@${signature}`,
      'hello.txt',
    );
    const api = ['--distribution-spec', 'v1.1-referrers-api'];
    const found = await run(
      'discover',
      '--plain-http',
      ...api,
      '--format',
      'json',
      '--artifact-type',
      'application/x.signature',
      subject,
    );
    const { referrers }: { referrers: { digest: string }[] } = JSON.parse(found);
    assert.deepEqual(
      referrers.map((referrer) => referrer.digest),
      [signature],
    );
    const tags = await run('repo', 'tags', '--plain-http', `${host}/things/one`);
    assert.equal(tags, 'v1', 'no fallback tag');
  });

  await scene.step('copy -r brings the whole graph', async () => {
    await run(
      'copy',
      '-r',
      '--from-plain-http',
      '--to-plain-http',
      `${host}/things/one:v1`,
      `${host}/things/two:v1`,
    );
    const tree = await run('discover', '--plain-http', `${host}/things/two:v1`);
    for (const kind of ['signature', 'sbom', 'note']) assert.ok(tree.includes(`application/x.${kind}`), tree);
    assert.equal(sha256((await askManifest(`${url}/v2/things/two/manifests/v1`)).body), digest);
    const repositories = await run('repo', 'ls', '--plain-http', host);
    assert.equal(repositories, 'things/one\nthings/two');
  });
});

story('oras pushes, fetches and deletes manifests and blobs', ['oras'], async (scene) => {
  const registry = await startLading(scene);
  const { host, url } = registry;
  const oras = orasOf(scene);
  writeRandomFile(scene.path('blob'), 100_000);
  const bytes = readFileSync(scene.path('blob'));
  const blob = `${host}/raw@${sha256(bytes)}`;
  await oras(['blob', 'push', '--plain-http', `${host}/raw`, 'blob']);
  await oras(['blob', 'fetch', '--plain-http', '-o', 'got', blob]);
  assert.deepEqual(readFileSync(scene.path('got')), bytes);

  const empty = '{}';
  writeFileSync(scene.path('empty'), empty);
  await oras(['blob', 'push', '--plain-http', `${host}/raw`, 'empty']);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    artifactType: 'application/x.raw',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(empty), size: 2 },
    layers: [{ mediaType: 'application/octet-stream', digest: sha256(bytes), size: bytes.length }],
  });
  writeFileSync(scene.path('manifest'), manifest);
  await scene.run('oras', ['manifest', 'push', '--plain-http', `${host}/raw:v1`, 'manifest']);
  const { stdout } = await scene.run('oras', ['manifest', 'fetch', '--plain-http', `${host}/raw:v1`]);
  assert.equal(stdout, manifest);

  await scene.run('oras', [
    'manifest',
    'delete',
    '--force',
    '--plain-http',
    `${host}/raw@${sha256(manifest)}`,
  ]);
  assert.equal((await askManifest(`${url}/v2/raw/manifests/v1`)).status, 404);
  await scene.run('oras', ['blob', 'delete', '--force', '--plain-http', blob]);
  assert.equal((await ask(`${url}/v2/raw/blobs/${sha256(bytes)}`)).status, 404);
});
