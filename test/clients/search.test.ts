import assert from 'node:assert/strict';
import { eventually } from '../faults/harness/eventually.ts';
import {
  ask,
  htpasswdEnv,
  type Registry,
  type Scene,
  startDockerd,
  startLading,
  story,
  writeBuildContext,
  writeHtpasswd,
} from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox'] as const;

/** An index follows a push a moment later. */
async function untilFound(registry: Registry, term: string, authorization?: string): Promise<void> {
  const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
  await eventually(async () => {
    const { body } = await ask(`${registry.url}/v1/search?q=${term}`, { headers });
    assert.ok(JSON.parse(body.toString()).num_results > 0, `${term} was not found`);
  });
}

async function patch(registry: Registry, name: string, change: object): Promise<void> {
  const { status, body } = await ask(`${registry.url}/api/v1/repositories/${name}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify(change)),
  });
  assert.equal(status, 200, body.toString());
}

async function pushSome(
  scene: Scene,
  registry: Registry,
  docker: Awaited<ReturnType<typeof startDockerd>>['docker'],
  names: string[],
) {
  writeBuildContext(scene.path('context'), { greeting: 'hello\n' });
  for (const name of names) {
    const image = `${registry.host}/${name}:1.0`;
    await docker(['build', '--quiet', '-t', image, scene.path('context')]);
    await docker(['push', '--quiet', image]);
  }
}

story('docker search finds what was pushed, with its filters and formats', NEEDS, async (scene) => {
  const registry = await startLading(scene);
  const { docker } = await startDockerd(scene);
  const found = async (...args: string[]) =>
    (await docker(['search', '--format', '{{.Name}}', ...args])).stdout.trim().split('\n').filter(Boolean);

  await pushSome(scene, registry, docker, ['shop/web-frontend', 'shop/web-backend', 'web', 'other/thing']);
  await untilFound(registry, 'thing');
  await patch(registry, 'web', { description: 'The one and only', is_official: true });
  await untilFound(registry, 'only');

  await scene.step('by a word, official ones first', async () => {
    assert.deepEqual(await found(`${registry.host}/web`), ['web', 'shop/web-backend', 'shop/web-frontend']);
  });
  await scene.step('by a path, and with a slip', async () => {
    assert.deepEqual(await found(`${registry.host}/shop/web-back`), ['shop/web-backend']);
    assert.deepEqual(await found(`${registry.host}/frontned`), ['shop/web-frontend']);
  });
  await scene.step('with a limit', async () => {
    assert.deepEqual(await found('--limit', '1', `${registry.host}/web`), ['web']);
  });
  await scene.step('with filters', async () => {
    assert.deepEqual(await found('--filter', 'is-official=true', `${registry.host}/web`), ['web']);
    assert.equal((await found('--filter', 'is-official=false', `${registry.host}/web`)).length, 2);
    assert.deepEqual(await found('--filter', 'stars=1', `${registry.host}/web`), []);
    assert.deepEqual(await found('--filter', 'is-automated=true', `${registry.host}/web`), []);
  });
  await scene.step('as a table for people', async () => {
    const { stdout } = await docker(['search', `${registry.host}/web`]);
    assert.match(stdout, /^NAME\s+DESCRIPTION\s+STARS\s+OFFICIAL/);
    assert.match(stdout, /^web\s+The one and only\s+0\s+\[OK\]/m);
  });
  await scene.step('nothing, where there is nothing', async () => {
    assert.deepEqual(await found(`${registry.host}/no-such-thing`), []);
  });
});

story('docker search with a password, and not without', [...NEEDS, 'htpasswd'], async (scene) => {
  const env = htpasswdEnv(await writeHtpasswd(scene, 'ann', 'secret word'));
  const registry = await startLading(scene, { env });
  const { docker } = await startDockerd(scene);
  await docker(['login', '-u', 'ann', '--password-stdin', registry.host], { input: 'secret word' });
  await pushSome(scene, registry, docker, ['shop/web']);
  await untilFound(registry, 'web', `Basic ${Buffer.from('ann:secret word').toString('base64')}`);
  const { stdout } = await docker(['search', '--format', '{{.Name}}', `${registry.host}/web`]);
  assert.equal(stdout, 'shop/web\n');
  await docker(['logout', registry.host]);
  const { code } = await docker(['search', `${registry.host}/web`], { expect: 'any' });
  assert.notEqual(code, 0);
});

story('podman search finds what was pushed', [...NEEDS, 'podman'], async (scene) => {
  const registry = await startLading(scene);
  const { docker } = await startDockerd(scene);
  await pushSome(scene, registry, docker, ['shop/web', 'shop/db']);
  await untilFound(registry, 'db');
  const podman = (...args: string[]) => scene.run('podman', ['search', '--tls-verify=false', ...args]);
  const { stdout } = await podman('--format', '{{.Name}}', `${registry.host}/web`);
  assert.equal(stdout, `${registry.host}/shop/web\n`);
  const tags = await podman('--list-tags', `${registry.host}/shop/db`);
  assert.match(tags.stdout, /^\S+\/shop\/db +1\.0$/m);
});
