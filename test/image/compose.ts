import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ask, type Dockerd, findFreePort, type Scene } from '../clients/harness/index.ts';
import { CHECKOUT } from '../clients/harness/tools.ts';
import { eventually } from '../faults/harness/eventually.ts';

/**
 * examples/compose.yaml as its first lines say, by Debian's docker-compose. Two things are others: the image is the one that
 * was built before, and it listens on the machine's own address, as this engine has no bridge to publish a port from.
 */
export async function withCompose(scene: Scene, { docker, host }: Dockerd): Promise<void> {
  const port = await findFreePort();
  const { services, ...others } = parse(readFileSync(join(CHECKOUT, 'examples/compose.yaml'), 'utf8'));
  const { build: _, ports: __, ...registry } = services.registry;
  registry.environment.REGISTRY_HTTP_ADDR = `127.0.0.1:${port}`;
  const project = { ...others, services: { registry: { ...registry, network_mode: 'host' } } };
  mkdirSync(scene.path('composed/auth'), { recursive: true });
  chmodSync(scene.path('composed/auth'), 0o777);
  // JSON is YAML.
  writeFileSync(scene.path('composed/compose.yaml'), JSON.stringify(project));
  const compose = (args: readonly string[], input = '') =>
    scene.run('docker-compose', ['--file', scene.path('composed/compose.yaml'), ...args], {
      env: { DOCKER_HOST: host },
      input,
    });

  await compose(['run', '--rm', '-T', 'registry', 'htpasswd', '/auth/htpasswd', 'ann'], 'secret-password\n');
  await compose(['up', '--detach', '--no-build']);
  const authorization = `Basic ${Buffer.from('ann:secret-password').toString('base64')}`;
  const statusOf = async (headers = {}) => (await ask(`http://127.0.0.1:${port}/v2/`, { headers })).status;
  await eventually(async () => assert.equal(await statusOf(), 401), 60_000);
  assert.equal(await statusOf({ authorization }), 200);

  const id = (await compose(['ps', '--quiet', 'registry'])).stdout.trim();
  const inspect = async (template: string) =>
    (await docker(['inspect', '--format', template, id])).stdout.trim();
  assert.equal(await inspect('{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}'), 'true [ALL]');
  assert.equal(await inspect('{{.HostConfig.RestartPolicy.Name}}'), 'unless-stopped');
  await compose(['stop']);
  assert.equal(await inspect('{{.State.ExitCode}}'), '0');
  await compose(['down']);
  const volumes = (await docker(['volume', 'ls', '--quiet'])).stdout;
  assert.match(volumes, /composed_data/, 'the data stays');
}
