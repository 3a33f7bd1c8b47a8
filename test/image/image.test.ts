import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import {
  ask,
  askManifest,
  createAuthority,
  type Dockerd,
  findFreePort,
  type Scene,
  sha256,
  startDockerd,
  startDockerRegistry,
  story,
  writeBuildContext,
  writeHtpasswd,
} from '../clients/harness/index.ts';
import { findTool } from '../clients/harness/tools.ts';
import { buildImage, makeBase } from './build-image.ts';
import { withCompose } from './compose.ts';
import {
  findStorageDriver,
  IMAGE,
  residentMb,
  startContainer,
  until,
  untilHealthy,
  untilServing,
} from './containers.ts';

const NEEDS = [
  ...(['root', 'debootstrap', 'npm', 'docker', 'dockerd', 'docker-registry', 'busybox'] as const),
  ...(['docker-compose'] as const),
  ...(['htpasswd', 'openssl', 'tar'] as const),
];
/** Making the base, building and twenty containers: minutes on a busy machine. */
const TIMEOUT_MS = 600_000;
const VOLUME = '/var/lib/registry';
/** The engine has no bridge here: a port cannot be published, so containers listen on the machine's own addresses. */
const HOST = ['--network', 'host'];
const READ_ONLY = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

story(
  'the image builds, and takes the place of registry:2',
  NEEDS,
  async (scene) => {
    const driver = await findStorageDriver(scene);
    const [engine, base] = await Promise.all([startDockerd(scene, driver), makeBase(scene)]);

    await scene.step('it builds on a local base', async () => {
      await buildImage(engine, base, IMAGE);
      const { stdout } = await engine.docker(['image', 'inspect', '--format', '{{.Size}}', IMAGE]);
      const other = statSync(findTool('docker-registry') ?? '').size;
      scene.note(`image: ${mb(Number(stdout))} MB; the program of registry:2 (Debian): ${mb(other)} MB`);
      assert.ok(Number(stdout) < 160e6, `the image has ${stdout} bytes`);
    });
    await scene.step('without a setting: port 5000, healthy, read-only, not root, stops at once', () =>
      runBare(scene, engine),
    );
    await scene.step('push, restart, pull; the volume alone is written', () => pushAndPull(scene, engine));
    await scene.step("the tutorial's password file", () => withPassword(scene, engine));
    await scene.step('a configuration file, however it is given', () => withConfiguration(scene, engine));
    await scene.step('TLS with client certificates is healthy', () => withTls(scene, engine));
    await scene.step("registry:2's volume, which belongs to root", () => adoptVolume(scene, engine));
    await scene.step('examples/compose.yaml', () => withCompose(scene, engine));
    await scene.step("registry:2's other commands, and Lading's", () => otherCommands(engine));
  },
  TIMEOUT_MS,
);

const mb = (bytes: number) => Math.round(bytes / 1e6);

async function runBare(scene: Scene, engine: Dockerd): Promise<void> {
  const options = ['--network', 'none', '--health-interval', '1s', ...READ_ONLY];
  const container = await startContainer(engine, options);
  await untilHealthy(container);
  assert.equal((await container.exec('/bin/id', '-u')).stdout, '1000\n');
  assert.match((await container.exec('sh', '-c', 'wget -qO- http://127.0.0.1:5000/v2/')).stdout, /^\{\}/);
  assert.equal((await container.exec('lading', 'ls')).output, 'The registry is empty.\n');

  const oracle = await startDockerRegistry(scene, scene.path('idle'));
  const [ours, theirs] = [await container.inspect('{{.State.Pid}}'), oracle.daemon.pid];
  const [mine, other] = [await residentMb(scene, ours), await residentMb(scene, theirs)];
  scene.note(`memory at rest: ${mine} MB; registry:2 (Debian's docker-registry): ${other} MB`);
  await oracle.stop();

  // It waits half a minute for requests in flight. Killed before that, it would say so.
  assert.equal(await container.stop(20), 0, 'SIGTERM reaches process 1, and an idle server stops at once');
}

async function pushAndPull(scene: Scene, engine: Dockerd): Promise<void> {
  const { docker } = engine;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const options = [...HOST, '-v', `data:${VOLUME}`, '-e', `REGISTRY_HTTP_ADDR=127.0.0.1:${port}`];
  const image = `127.0.0.1:${port}/shop/app:1.0`;
  writeBuildContext(scene.path('context'), { greeting: 'through the image\n' });
  await docker(['build', '--quiet', '-t', image, scene.path('context')]);

  const first = await startContainer(engine, options);
  await untilServing(first, url);
  const pushed = await docker(['push', image]);
  assert.equal((await docker(['diff', first.id])).stdout, '', 'nothing is written but the volume');
  assert.equal(await first.stop(), 0);

  const second = await startContainer(engine, [...options, ...READ_ONLY]);
  await untilServing(second, url);
  await docker(['rmi', image]);
  await docker(['pull', image]);
  assert.equal((await docker(['run', '--rm', '--net=none', image])).stdout, 'through the image\n');
  const { body } = await askManifest(`${url}/v2/shop/app/manifests/1.0`);
  assert.ok(pushed.stdout.includes(sha256(body)), pushed.stdout);
  assert.match((await second.exec('lading', 'check')).stdout, /./);
  assert.equal(await second.stop(), 0);
}

async function withPassword(scene: Scene, engine: Dockerd): Promise<void> {
  const port = await findFreePort();
  await writeHtpasswd(scene, 'testuser', 'testpassword');
  const container = await startContainer(engine, [
    ...[...HOST, '-e', `REGISTRY_HTTP_ADDR=:${port}`, '--health-interval', '1s'],
    ...['-v', `${scene.path('htpasswd')}:/auth/htpasswd:ro`, '-e', 'REGISTRY_AUTH=htpasswd'],
    ...['-e', 'REGISTRY_AUTH_HTPASSWD_REALM=Registry Realm'],
    ...['-e', 'REGISTRY_AUTH_HTPASSWD_PATH=/auth/htpasswd'],
  ]);
  await untilServing(container, `http://127.0.0.1:${port}`);
  const login = (password: string) =>
    engine.docker(['login', '-u', 'testuser', '-p', password, `127.0.0.1:${port}`], { expect: 'any' });
  assert.equal((await login('wrong')).code, 1);
  assert.equal((await login('testpassword')).code, 0);
  await untilHealthy(container);
  assert.equal(await container.stop(), 0);
}

async function withConfiguration(scene: Scene, engine: Dockerd): Promise<void> {
  const port = await findFreePort();
  mkdirSync(scene.path('config'));
  writeFileSync(
    scene.path('config/config.yml'),
    `version: 0.1
storage: {filesystem: {rootdirectory: ${VOLUME}}}
http: {addr: "127.0.0.1:${port}", headers: {X-From: [mounted]}}
`,
  );
  const [folder, file] = [scene.path('config'), scene.path('config/config.yml')];
  const elsewhere = '/somewhere/registry.yaml';
  const ways: { mount: string; command: string[] }[] = [
    { mount: `${file}:/etc/docker/registry/config.yml`, command: [] },
    { mount: `${file}:/etc/distribution/config.yml`, command: [] },
    { mount: `${folder}:/etc/distribution`, command: ['serve', '/etc/distribution/config.yml'] },
    { mount: `${folder}:/etc/docker/registry`, command: ['/etc/docker/registry/config.yml'] },
    { mount: `${file}:${elsewhere}`, command: [elsewhere] },
    { mount: `${file}:${elsewhere}`, command: ['registry', 'serve', elsewhere] },
    { mount: `${file}:${elsewhere}`, command: ['/bin/registry', 'serve', elsewhere] },
  ];
  for (const { mount, command } of ways) {
    const options = [...HOST, ...READ_ONLY, '--health-interval', '1s', '-v', `${mount}:ro`];
    const container = await startContainer(engine, options, command);
    await untilServing(container, `http://127.0.0.1:${port}`);
    const { headers } = await ask(`http://127.0.0.1:${port}/v2/`);
    assert.equal(headers['x-from'], 'mounted', `${mount} ${command.join(' ')}`);
    // The check must find the same file, or it would ask at port 5000.
    await untilHealthy(container);
    assert.equal(await container.stop(), 0);
  }
}

async function withTls(scene: Scene, engine: Dockerd): Promise<void> {
  const authority = await createAuthority(scene);
  const { certificatePath, keyPath } = await authority.issue('server');
  await scene.run('chmod', ['644', keyPath]);
  const mounts = { [certificatePath]: 'tls.crt', [keyPath]: 'tls.key', [authority.caPath]: 'ca.crt' };
  const options = [
    ...['--network', 'none', '--health-interval', '1s', ...READ_ONLY],
    ...Object.entries(mounts).flatMap(([path, name]) => ['-v', `${path}:/certs/${name}:ro`]),
    ...['-e', 'REGISTRY_HTTP_TLS_CERTIFICATE=/certs/tls.crt', '-e', 'REGISTRY_HTTP_TLS_KEY=/certs/tls.key'],
  ];
  for (const more of [[], ['-e', 'REGISTRY_HTTP_TLS_CLIENTCAS=[/certs/ca.crt]']]) {
    const container = await startContainer(engine, [...options, ...more]);
    await untilHealthy(container);
    assert.equal(await container.stop(), 0);
  }
}

async function adoptVolume(scene: Scene, engine: Dockerd): Promise<void> {
  const { docker } = engine;
  const root = scene.path('old-volume');
  const old = await startDockerRegistry(scene, root);
  const image = `${old.host}/shop/app:1.0`;
  await docker(['build', '--quiet', '-t', image, scene.path('context')]);
  const pushed = await docker(['push', image]);
  await old.stop();

  const address = ['-e', `REGISTRY_HTTP_ADDR=${old.host}`];
  const volume = ['-v', `${root}:${VOLUME}`];
  const refused = await startContainer(engine, [...HOST, ...address, ...volume]);
  await docker(['wait', refused.id]);
  assert.equal(await refused.inspect('{{.State.ExitCode}}'), '1');
  const said = await refused.logs();
  assert.match(said, /\/var\/lib\/registry belongs to user 0, and this container runs as user 1000/);
  const advice = /docker (run --rm .*) IMAGE (.*)$/m.exec(said.replace('VOLUME:', `${root}:`));

  for (const isOwned of [false, true]) {
    if (isOwned) await docker([...words(advice?.[1]), IMAGE, ...words(advice?.[2])]);
    const user = isOwned ? [] : ['--user', '0'];
    const container = await startContainer(engine, [...HOST, ...address, ...volume, ...user]);
    await untilServing(container, old.url);
    const { body } = await askManifest(`${old.url}/v2/shop/app/manifests/1.0`);
    assert.ok(pushed.stdout.includes(sha256(body)), pushed.stdout);
    assert.equal(await container.stop(), 0);
  }
}

const words = (line = '') => line.split(' ').filter((word) => word !== '');

async function otherCommands(engine: Dockerd): Promise<void> {
  const run = (...command: string[]) =>
    engine.docker(['run', '--rm', '--network', 'none', IMAGE, ...command], { expect: 'any' });
  const version = (await run('--version')).stdout;
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
  assert.equal((await run('registry', '--version')).stdout, version);
  assert.equal((await run('lading', '--version')).stdout, version);
  const collected = await run('garbage-collect', '/etc/docker/registry/config.yml');
  assert.equal(collected.code, 1);
  assert.match(collected.output, /cannot collect garbage yet\. Nothing was done/);
  assert.match((await run('config')).stdout, /rootdirectory +\/var\/lib\/registry/);
  assert.match((await run('help')).stdout, /Usage: registry serve/);
  const unknown = await run('frob');
  assert.equal(unknown.code, 2);
  const container = await startContainer(engine, ['--network', 'none']);
  await until(container, 'up', async () => (await container.exec('lading', 'ls')).code === 0);
  const inside = await container.exec('bin/registry', 'garbage-collect', '/etc/docker/registry/config.yml');
  assert.match(inside.output, /cannot collect garbage yet/);
  assert.equal(await container.stop(), 0);
}
