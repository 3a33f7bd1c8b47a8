import assert from 'node:assert/strict';
import {
  ask,
  askManifest,
  sha256,
  startDockerd,
  startLading,
  story,
  writeBuildContext,
} from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox'] as const;

story('docker builds, pushes, mounts, removes, pulls and runs an image', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const { docker } = await startDockerd(scene);
  const image = `${registry.host}/shop/app:1.0`;
  const greeting = `hello from ${registry.host}\n`;
  let digest = '';

  await scene.step('build and push', async () => {
    writeBuildContext(scene.path('context'), { greeting });
    await docker(['build', '--quiet', '-t', image, scene.path('context')]);
    const { stdout } = await docker(['push', image]);
    digest = /1\.0: digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(stdout)?.[1] ?? '';
    const stored = await askManifest(`${registry.url}/v2/shop/app/manifests/1.0`);
    assert.equal(sha256(stored.body), digest, stdout);
  });

  await scene.step('a second push of the same transfers no layer', async () => {
    const { stdout } = await docker(['push', image]);
    assert.equal(stdout.match(/: Layer already exists/g)?.length, 2, stdout);
    assert.doesNotMatch(stdout, /: Pushed/);
    assert.ok(stdout.includes(digest), stdout);
  });

  await scene.step('a push to another repository mounts the layers', async () => {
    const copy = `${registry.host}/shop/copy:1.0`;
    await docker(['tag', image, copy]);
    const { stdout } = await docker(['push', copy]);
    assert.equal(stdout.match(/: Mounted from shop\/app/g)?.length, 2, stdout);
    assert.ok(stdout.includes(digest), stdout);
    await docker(['rmi', copy]);
  });

  await scene.step('pull and run after removal', async () => {
    await docker(['rmi', image]);
    assert.equal((await docker(['images', '--quiet'])).stdout, '', 'nothing is left in the engine');
    const { stdout } = await docker(['pull', image]);
    assert.ok(stdout.includes(digest), stdout);
    const ran = await docker(['run', '--rm', '--net=none', image]);
    assert.equal(ran.stdout, greeting);
  });

  await scene.step('pull by digest', async () => {
    await docker(['rmi', image]);
    await docker(['pull', `${registry.host}/shop/app@${digest}`]);
    const ran = await docker(['run', '--rm', '--net=none', `${registry.host}/shop/app@${digest}`]);
    assert.equal(ran.stdout, greeting);
  });

  await scene.step('pull of what is not there says so', async () => {
    const { code, output } = await docker(['pull', `${registry.host}/shop/app:2.0`], { expect: 'any' });
    assert.equal(code, 1);
    assert.match(output, /manifest for \S+ not found: manifest unknown/);
  });

  await scene.step('every tag of a repository is pulled with -a', async () => {
    await docker(['tag', `${registry.host}/shop/app@${digest}`, `${registry.host}/shop/app:1.1`]);
    await docker(['push', `${registry.host}/shop/app:1.1`]);
    await docker(['rmi', `${registry.host}/shop/app:1.1`]);
    await docker(['pull', '-a', `${registry.host}/shop/app`]);
    const { stdout } = await docker(['images', '--format', '{{.Tag}}', `${registry.host}/shop/app`]);
    assert.deepEqual(stdout.trim().split('\n').sort(), ['1.0', '1.1']);
    const tags = await ask(`${registry.url}/v2/shop/app/tags/list`);
    assert.deepEqual(JSON.parse(tags.body.toString()), { name: 'shop/app', tags: ['1.0', '1.1'] });
  });
});
