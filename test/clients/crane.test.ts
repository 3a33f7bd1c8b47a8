import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import {
  ask,
  askManifest,
  htpasswdEnv,
  type Registry,
  type Scene,
  sha256,
  startLading,
  story,
  tarOf,
  writeHtpasswd,
} from './harness/index.ts';

/** `crane ARGS`; the output without its last newline. */
function craneOf(scene: Scene) {
  return async (...args: readonly string[]) => (await scene.run('crane', args)).stdout.trimEnd();
}

/** Pushes a one-layer image made of a tar file. Returns its digest. */
async function append(scene: Scene, registry: Registry, name: string, content: string): Promise<string> {
  writeFileSync(scene.path('layer.tar'), tarOf('content', Buffer.from(content)));
  const image = `${registry.host}/${name}`;
  const printed = await craneOf(scene)('append', '--oci-empty-base', '-f', 'layer.tar', '-t', image);
  return printed.slice(printed.indexOf('@') + 1);
}

story('crane pushes, copies, validates and lists', ['crane'], async (scene) => {
  const registry = await startLading(scene);
  const crane = craneOf(scene);
  const { host, url } = registry;
  const digest = await append(scene, registry, 'crane/app:1', 'one');
  const stored = await askManifest(`${url}/v2/crane/app/manifests/1`);
  assert.equal(sha256(stored.body), digest);
  assert.equal(await crane('digest', `${host}/crane/app:1`), digest);

  await scene.step('copy between repositories mounts and keeps the digest', async () => {
    await crane('copy', `${host}/crane/app:1`, `${host}/crane/copied/deep:1`);
    assert.equal(await crane('digest', `${host}/crane/copied/deep:1`), digest);
  });

  await scene.step('validate reads every byte back', async () => {
    assert.match(await crane('validate', '--remote', `${host}/crane/copied/deep:1`), /PASS/);
  });

  await scene.step('tags and repositories are listed in order, over several pages', async () => {
    for (const tag of ['10', '2', 'b', 'a']) await crane('tag', `${host}/crane/app:1`, tag);
    assert.deepEqual((await crane('ls', `${host}/crane/app`)).split('\n'), ['1', '10', '2', 'a', 'b']);
    assert.deepEqual((await crane('catalog', host)).split('\n'), ['crane/app', 'crane/copied/deep']);
    const page = await ask(`${url}/v2/crane/app/tags/list?n=2&last=10`);
    assert.deepEqual(JSON.parse(page.body.toString()).tags, ['2', 'a']);
    assert.match(String(page.headers.link), /^<[^>]*last=a[^>]*>; ?rel="next"$/);
  });

  await scene.step('pull and push of a tarball and of a layout keep layers and digest', async () => {
    await crane('pull', '--format', 'oci', `${host}/crane/app:1`, 'layout');
    await crane('push', 'layout', `${host}/crane/again:1`);
    assert.equal(await crane('digest', `${host}/crane/again:1`), digest);
    await crane('pull', `${host}/crane/app:1`, 'image.tar');
    await crane('push', 'image.tar', `${host}/crane/again:2`);
    const exported = await scene.run('sh', ['-c', `crane export ${host}/crane/again:2 - | tar -xO content`]);
    assert.equal(exported.stdout, 'one');
  });
});

story('crane deletes one tag, or a digest with all its tags', ['crane'], async (scene) => {
  const registry = await startLading(scene);
  const crane = craneOf(scene);
  const { host, url } = registry;
  const digest = await append(scene, registry, 'doomed:1', 'doomed');
  await crane('tag', `${host}/doomed:1`, '2');
  await crane('tag', `${host}/doomed:1`, '3');

  await crane('delete', `${host}/doomed:1`);
  assert.equal(await crane('ls', `${host}/doomed`), '2\n3');
  assert.equal(await crane('digest', `${host}/doomed@${digest}`), digest);
  await crane('delete', `${host}/doomed@${digest}`);
  assert.equal(await crane('ls', `${host}/doomed`), '');
  for (const reference of ['1', '2', '3', digest]) {
    assert.equal((await askManifest(`${url}/v2/doomed/manifests/${reference}`)).status, 404, reference);
  }
});

story('crane makes an index and pulls one platform of it', ['crane'], async (scene) => {
  const registry = await startLading(scene);
  const crane = craneOf(scene);
  const { host, url } = registry;
  const digests = [
    await append(scene, registry, 'parts:a', 'a'),
    await append(scene, registry, 'parts:b', 'b'),
  ];
  await crane('mutate', '--set-platform', 'linux/arm64', `${host}/parts:b`, '-t', `${host}/parts:b`);
  digests[1] = await crane('digest', `${host}/parts:b`);
  await crane('index', 'append', '-m', `${host}/parts:a`, '-m', `${host}/parts:b`, '-t', `${host}/whole:1`);

  const index = await askManifest(`${url}/v2/whole/manifests/1`);
  assert.equal(index.headers['content-type'], 'application/vnd.oci.image.index.v1+json');
  const { manifests }: { manifests: { digest: string }[] } = JSON.parse(index.body.toString());
  assert.deepEqual(
    manifests.map(({ digest }) => digest),
    digests,
  );
  assert.match(await crane('validate', '--remote', `${host}/whole:1`), /PASS/);
  assert.equal(await crane('digest', '--platform', 'linux/arm64', `${host}/whole:1`), digests[1]);
});

story('crane logs in with a password', ['crane', 'htpasswd'], async (scene) => {
  const registry = await startLading(scene, {
    env: htpasswdEnv(await writeHtpasswd(scene, 'ann', 'secret')),
  });
  const login = (password: string) =>
    scene.run('crane', ['auth', 'login', '-u', 'ann', '--password-stdin', registry.host], {
      input: password,
    });
  await login('wrong');
  await assert.rejects(append(scene, registry, 'private:1', 'x'), /401|UNAUTHORIZED/);
  await login('secret');
  const digest = await append(scene, registry, 'private:1', 'x');
  assert.equal(await craneOf(scene)('digest', `${registry.host}/private:1`), digest);
});
