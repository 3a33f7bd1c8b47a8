import assert from 'node:assert/strict';
import { eventually } from '../faults/harness/eventually.ts';
import {
  ask,
  HUB_PASSWORD,
  htpasswdEnv,
  type Registry,
  type Scene,
  startDockerd,
  startHub,
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
  await scene.step('with each limit that the client lets through', async () => {
    for (const [limit, count] of [
      ['0', 3],
      ['25', 3],
      ['100', 3],
    ] as const) {
      assert.equal((await found('--limit', limit, `${registry.host}/web`)).length, count, limit);
    }
    const { code, output } = await docker(['search', '--limit', '101', `${registry.host}/web`], {
      expect: 'any',
    });
    assert.notEqual(code, 0);
    assert.match(output, /limit/i);
  });
  await scene.step('by words that are no words', async () => {
    for (const term of ['"web"', 'web*', '-web', '^web', '{web}', 'web:latest', 'library/web']) {
      assert.equal((await found('--', `${registry.host}/${term}`)).length, 3, term);
    }
    for (const term of [
      '"',
      '*',
      '-',
      'NEAR(web shop)',
      'web AND NOT shop',
      '日本語',
      'é',
      'x'.repeat(10_000),
    ]) {
      assert.deepEqual(await found('--', `${registry.host}/${term}`), [], term.slice(0, 30));
    }
    // The engine puts all of the path into the term.
    assert.equal((await found(`${registry.host}/`)).length, 4, 'nothing is asked for');
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
  await scene.step('in full, and as JSON, whatever the description holds', async () => {
    const description = `${'long "quoted" <b>ünï</b> 日本 \\ '.repeat(3)}end`;
    await patch(registry, 'other/thing', { description });
    await untilFound(registry, 'quoted');
    const short = await docker(['search', `${registry.host}/thing`]);
    assert.ok(!short.stdout.includes('end'));
    const whole = await docker(['search', '--no-trunc', `${registry.host}/thing`]);
    assert.ok(whole.stdout.includes(description));
    const { stdout } = await docker([
      'search',
      '--no-trunc',
      '--format',
      '{{json .}}',
      `${registry.host}/thing`,
    ]);
    const { Name, Description, StarCount } = JSON.parse(stdout);
    assert.deepEqual(
      { Name, Description, StarCount },
      { Name: 'other/thing', Description: description, StarCount: '0' },
    );
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

story(
  'with accounts docker search finds what its login may see, podman search what is public',
  [...NEEDS, 'podman'],
  async (scene) => {
    const { registry, host, api } = await startHub(scene);
    const { docker } = await startDockerd(scene);
    const login = ['login', '-u', 'ada', '--password-stdin', host];
    await docker(login, { input: HUB_PASSWORD });
    await pushSome(scene, registry, docker, ['ada/web-open', 'ada/web-closed']);
    await api('PUT /repositories/ada/web-open/visibility', { body: { visibility: 'public' } });
    const authorization = `Basic ${Buffer.from(`ada:${HUB_PASSWORD}`).toString('base64')}`;
    await untilFound(registry, 'closed', authorization);
    await untilFound(registry, 'open');
    const found = async () =>
      (await docker(['search', '--format', '{{.Name}}', `${host}/web`])).stdout.trim().split('\n').sort();
    assert.deepEqual(await found(), ['ada/web-closed', 'ada/web-open']);
    await docker(['logout', host]);
    assert.deepEqual(await found(), ['ada/web-open']);

    await scene.run('podman', ['login', '--tls-verify=false', ...login.slice(1)], { input: HUB_PASSWORD });
    // It sends no login with this request (docs/ACCOUNTS.md).
    const { stdout } = await scene.run('podman', [
      'search',
      '--tls-verify=false',
      '--format',
      '{{.Name}}',
      `${host}/web`,
    ]);
    assert.equal(stdout, `${host}/ada/web-open\n`);
  },
);
