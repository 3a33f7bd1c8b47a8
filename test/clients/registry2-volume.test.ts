import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ask,
  askManifest,
  assertSameSurvey,
  blobFilesOf,
  createLayout,
  type Descriptor,
  launchLading,
  type Registry,
  type Scene,
  sha256,
  startDockerRegistry,
  startLading,
  story,
  surveyOf,
} from './harness/index.ts';

const NEEDS = ['docker-registry', 'skopeo'] as const;
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

interface Volume {
  readonly root: string;
  /** Paths of what was never there or was deleted: it must stay so. */
  readonly absent: readonly string[];
}

/** A volume as years of registry:2 leave it. */
async function writeVolume(scene: Scene): Promise<Volume> {
  const root = scene.path('volume');
  const registry = await startDockerRegistry(scene, root);
  const absent = await fill(scene, registry);
  await registry.stop();
  return { root, absent };
}

/** Pushes nested names, moved and deleted tags, an index, an artifact. Returns paths of what is not there. */
async function fill(scene: Scene, registry: Registry): Promise<string[]> {
  const layout = createLayout(scene.path('layout'));
  const [one, two, gone] = ['one', 'two', 'gone'].map((tag) => layout.addImage({ content: tag, tag })) as [
    Descriptor,
    Descriptor,
    Descriptor,
  ];
  const manifests = ['amd64', 'arm64'].map((architecture) =>
    layout.addImage({ architecture, content: architecture }),
  );
  layout.addIndex({ manifests, tag: 'index' });
  for (const [tag, name, ...options] of [
    ['one', 'app:1'],
    ['two', 'app:2'],
    ['one', 'app:moved'],
    ['two', 'app:moved'],
    ['gone', 'app:gone'],
    ['one', 'team/app/web:1'],
    ['one', 'a:1'],
    ['two', 'a/b:1'],
    ['two', 'docker/app:1', '--format', 'v2s2'],
    ['index', 'multi:1', '--all'],
  ] as const) {
    await push(scene, registry, { layout: layout.dir, tag, name, options });
  }
  await putArtifact(registry, 'team/artifact', one);
  await ask(`${registry.url}/v2/app/manifests/${gone.digest}`, { method: 'DELETE' });
  return [
    '/v2/app/manifests/gone',
    `/v2/app/manifests/${gone.digest}`,
    `/v2/team/app/web/manifests/${two.digest}`,
    `/v2/multi/blobs/${one.digest}`,
    '/v2/team/tags/list',
    '/v2/none/tags/list',
  ];
}

interface Push {
  readonly layout: string;
  readonly tag: string;
  readonly name: string;
  readonly options?: readonly string[];
}

async function push(
  scene: Scene,
  registry: Registry,
  { layout, tag, name, options = [] }: Push,
): Promise<void> {
  const copy = ['copy', '--insecure-policy', '--dest-tls-verify=false', ...options];
  await scene.run('skopeo', [...copy, `oci:${layout}:${tag}`, `docker://${registry.host}/${name}`]);
}

/** An OCI artifact about `subject`, tagged `v1`. */
async function putArtifact(registry: Registry, repository: string, subject: Descriptor): Promise<void> {
  const at = `${registry.url}/v2/${repository}`;
  const config = Buffer.from('{}');
  const layer = Buffer.from('a bill of materials');
  for (const body of [config, layer]) {
    const { headers } = await ask(`${at}/blobs/uploads/`, { method: 'POST' });
    const upload = new URL(headers.location ?? '', at);
    upload.searchParams.set('digest', sha256(body));
    assert.equal((await ask(upload.href, { method: 'PUT', body })).status, 201);
  }
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    artifactType: 'application/x.sbom',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(config), size: config.length },
    layers: [{ mediaType: 'text/plain', digest: sha256(layer), size: layer.length }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
  });
  const put = { method: 'PUT', headers: { 'content-type': IMAGE }, body: Buffer.from(manifest) };
  assert.equal((await ask(`${at}/manifests/v1`, put)).status, 201);
}

story(
  'a registry:2 volume is served where it stands, and registry:2 can take it back',
  NEEDS,
  async (scene) => {
    const { root, absent } = await writeVolume(scene);
    const old = await startDockerRegistry(scene, root);
    const before = await surveyOf(old.url, { paths: absent });
    await old.stop();
    assert.ok(before.size > 80, 'the volume holds something');
    const files = blobFilesOf(root);
    const layout = createLayout(scene.path('new'));
    const fresh = layout.addImage({ content: 'pushed to Lading', tag: 'new' });

    const lading = await startLading(scene, { root });
    await scene.step('every repository, tag, digest and blob answers as before', async () => {
      assertSameSurvey(await surveyOf(lading.url, { paths: absent }), before);
    });

    await scene.step('no blob was moved, copied or rewritten', async () => {
      assert.deepEqual(blobFilesOf(root), files);
    });

    await scene.step('an adopted artifact is a referrer of its subject', async () => {
      const subject = /"subject":\{[^}]*"digest":"(sha256:[0-9a-f]{64})"/;
      const { body } = await askManifest(`${lading.url}/v2/team/artifact/manifests/v1`);
      const digest = subject.exec(body.toString())?.[1];
      const referrers = await ask(`${lading.url}/v2/team/artifact/referrers/${digest}`);
      const { manifests }: { manifests: { digest: string }[] } = JSON.parse(referrers.body.toString());
      assert.deepEqual(
        manifests.map((referrer) => referrer.digest),
        [sha256(body)],
      );
    });

    await scene.step('pushes, moves and deletions', async () => {
      for (const name of ['app:3', 'app:moved', 'fresh/repo:1']) {
        await push(scene, lading, { layout: layout.dir, tag: 'new', name });
      }
      // The same layer as before, into a repository that never had it.
      await push(scene, lading, { layout: scene.path('layout'), tag: 'one', name: 'late:1' });
      assert.equal((await ask(`${lading.url}/v2/app/manifests/1`, { method: 'DELETE' })).status, 202);
    });
    const after = await surveyOf(lading.url, { paths: [...absent, '/v2/app/manifests/1'] });
    const [moved, again] = [after.get('/v2/app/manifests/moved'), after.get('/v2/app/manifests/3')];
    assert.ok(moved?.includes(fresh.digest) && again?.includes(fresh.digest), `${moved}\n${again}`);
    // What was pushed again may have been written anew, which heals a damaged file; the rest is as it was.
    const rewritten = [...files].filter(([path, file]) => blobFilesOf(root).get(path) !== file);
    assert.ok(rewritten.length <= 2, `the config and the layer of one image: ${rewritten.join('\n')}`);
    assert.equal(await lading.stop(), 0, 'a clean stop');

    await scene.step('registry:2 started again on it answers the same, old and new', async () => {
      const back = await startDockerRegistry(scene, root);
      assertSameSurvey(await surveyOf(back.url, { paths: [...absent, '/v2/app/manifests/1'] }), after);
    });
  },
);

story('registry:2 serves a volume that Lading began', NEEDS, async (scene) => {
  const lading = await startLading(scene);
  const absent = await fill(scene, lading);
  const before = await surveyOf(lading.url, { paths: absent });
  assert.ok(before.size > 80, 'the volume holds something');
  assert.equal(await lading.stop(), 0, 'a clean stop');
  const old = await startDockerRegistry(scene, lading.root);
  assertSameSurvey(await surveyOf(old.url, { paths: absent }), before);
});

story('adoption of a registry:2 volume survives kill -9 at any moment', NEEDS, async (scene) => {
  const { root, absent } = await writeVolume(scene);
  const repositories = `${root}/docker/registry/v2/repositories`;
  const copies = Array.from({ length: 400 }, (_, n) => `many/${n}`);
  mkdirSync(`${repositories}/many`);
  for (const name of copies) cpSync(`${repositories}/app`, `${repositories}/${name}`, { recursive: true });
  const scope = { paths: absent, except: 'many/' };
  const old = await startDockerRegistry(scene, root);
  const before = await surveyOf(old.url, scope);
  await old.stop();
  const files = blobFilesOf(root);

  let undisturbedMs = 0;
  await scene.step('undisturbed, on a copy, for how long it takes', async () => {
    await scene.run('cp', ['-a', root, scene.path('copy')]);
    const began = performance.now();
    const undisturbed = await startLading(scene, { root: scene.path('copy') });
    undisturbedMs = performance.now() - began;
    scene.note(`adopted in ${Math.round(undisturbedMs)} ms`);
    assertSameSurvey(await surveyOf(undisturbed.url, scope), before);
    await undisturbed.stop();
  });

  for (let tenth = 2; tenth <= 9; tenth++) {
    const killed = await launchLading(scene, { root });
    await delay((undisturbedMs * tenth) / 10);
    await killed.daemon.kill();
  }
  const lading = await startLading(scene, { root });
  assertSameSurvey(await surveyOf(lading.url, scope), before);
  assert.deepEqual(blobFilesOf(root), files);
  for (const name of copies) {
    const list = await ask(`${lading.url}/v2/${name}/tags/list`);
    const { tags }: { tags: string[] } = JSON.parse(list.body.toString());
    assert.deepEqual(tags.sort(), ['1', '2', 'moved'], name);
  }
  assert.equal(await lading.stop(), 0, 'a clean stop');

  await scene.step('and the next start finds the same', async () => {
    const again = await startLading(scene, { root });
    assertSameSurvey(await surveyOf(again.url, scope), before);
  });
});
