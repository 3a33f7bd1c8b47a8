import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import {
  ask,
  createAuthority,
  findFreePort,
  type Registry,
  type Scene,
  startLading,
  story,
  type Trust,
  writeHtpasswd,
} from '../clients/harness/index.ts';
import { CHECKOUT } from '../clients/harness/tools.ts';

const EXAMPLES = join(CHECKOUT, 'examples');
const textOf = (...path: string[]) => readFileSync(join(EXAMPLES, ...path), 'utf8');

interface Example {
  /** Puts in place what the configuration names. */
  prepare?: (scene: Scene) => Promise<Trust | undefined>;
  /** Shows the feature. `ports` are those in place of 5000 and 5001. */
  prove: (registry: Registry, ports: readonly number[], trust: Trust | undefined) => Promise<void>;
}

const EXAMPLE_CONFIGS: Readonly<Record<string, Example>> = {
  'htpasswd.yml': {
    async prepare(scene) {
      mkdirSync(scene.path('auth'));
      const file = await writeHtpasswd(scene, 'ann', 'secret');
      writeFileSync(scene.path('auth/htpasswd'), readFileSync(file));
      return undefined;
    },
    async prove({ url }) {
      assert.equal((await ask(`${url}/v2/`)).status, 401);
      const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
      assert.equal((await ask(`${url}/v2/`, { headers: { authorization } })).status, 200);
    },
  },
  'accounts.yml': {
    async prove({ url }) {
      const { status, headers } = await ask(`${url}/v2/`);
      assert.equal(status, 401);
      const challenge = /^Bearer realm="([^"]+)",service="registry.example.com"/;
      const [, realm] = challenge.exec(String(headers['www-authenticate'])) ?? [];
      assert.equal((await ask(`${realm}?service=registry.example.com`)).status, 200, 'a token for anybody');
    },
  },
  'tls.yml': {
    async prepare(scene) {
      mkdirSync(scene.path('certs'));
      const authority = await createAuthority(scene);
      const { certificatePath, keyPath } = await authority.issue('server');
      writeFileSync(scene.path('certs/tls.crt'), readFileSync(certificatePath));
      writeFileSync(scene.path('certs/tls.key'), readFileSync(keyPath));
      return { ca: authority.ca };
    },
    async prove({ url }, _ports, trust) {
      assert.match(url, /^https:/);
      assert.equal((await ask(`${url}/v2/`, { tls: trust ?? {} })).status, 200);
    },
  },
  'readonly.yml': {
    async prove({ url }) {
      assert.equal((await ask(`${url}/v2/shop/app/blobs/uploads/`, { method: 'POST' })).status, 405);
      assert.equal((await ask(`${url}/v2/_catalog`)).status, 200);
    },
  },
  'metrics.yml': {
    async prove({ url }, [, metricsPort]) {
      const { status, body } = await ask(`http://127.0.0.1:${metricsPort}/metrics`);
      assert.equal(status, 200);
      assert.match(body.toString(), /^# TYPE /m);
      assert.equal((await ask(`${url}/metrics`)).status, 404, 'not at the public address');
    },
  },
  'cors-for-a-ui.yml': {
    async prove({ url }) {
      const headers = { origin: 'https://ui.example.com', 'access-control-request-method': 'DELETE' };
      const asked = await ask(`${url}/v2/shop/app/manifests/1.0`, { method: 'OPTIONS', headers });
      assert.equal(Math.floor(asked.status / 100), 2, 'a browser takes only 2xx for a preflight');
      assert.equal(asked.headers['access-control-allow-origin'], 'https://ui.example.com');
      assert.match(String(asked.headers['access-control-allow-methods']), /DELETE/);
      const listed = await ask(`${url}/v2/_catalog`, { headers });
      assert.equal(listed.headers['access-control-expose-headers'], 'Docker-Content-Digest');
    },
  },
};

test('every configuration in examples/configs is tried here', () => {
  assert.deepEqual(readdirSync(join(EXAMPLES, 'configs')).sort(), Object.keys(EXAMPLE_CONFIGS).sort());
});

for (const [name, { prepare, prove }] of Object.entries(EXAMPLE_CONFIGS)) {
  story(`examples/configs/${name} does what it says`, ['htpasswd', 'openssl'], async (scene) => {
    const ports = [await findFreePort(), await findFreePort()];
    const config = scene.path('config.yml');
    // The ports alone are others, as several tests run at once.
    writeFileSync(
      config,
      textOf('configs', name).replace(/127\.0\.0\.1:500([01])/g, (_, n) => `127.0.0.1:${ports[n]}`),
    );
    const trust = await prepare?.(scene);
    const { REGISTRY_AUTH_FILE: _, ...env } = scene.env;
    const shown = await scene.run(join(CHECKOUT, 'bin/lading'), ['config', '--config', config], { env });
    assert.doesNotMatch(shown.stderr, /warning/, 'no key is unknown or without effect');
    const registry = await startLading(scene, {
      args: ['--config', config],
      port: ports[0] ?? 0,
      ...(trust && { tls: trust }),
    });
    await prove(registry, ports, trust);
    assert.equal(await registry.stop(), 0);
  });
}

test('examples/compose.yaml runs the image of this checkout, read-only, with a volume and a grace period', () => {
  const { services, volumes, ...others } = parse(textOf('compose.yaml'));
  assert.deepEqual(Object.keys(others), []);
  const { registry } = services;
  assert.deepEqual(Object.keys(services), ['registry']);
  const known = [
    ...['build', 'image', 'restart', 'ports', 'environment', 'volumes', 'read_only', 'cap_drop'],
    ...['security_opt', 'stop_grace_period'],
  ];
  assert.deepEqual(Object.keys(registry).sort(), known.sort());
  assert.ok(readdirSync(join(EXAMPLES, registry.build)).includes('Dockerfile'));
  for (const volume of registry.volumes) {
    const [source] = volume.split(':');
    assert.ok(source.startsWith('./') || source in volumes, volume);
  }
  assert.ok(registry.volumes.includes('data:/var/lib/registry'));
});

test('examples/kubernetes: the pod is restricted, probed, and finds what it names', () => {
  const documents = parseAllDocuments(textOf('kubernetes/lading.yaml')).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
  const byKind = new Map(documents.map((document) => [document.kind, document]));
  assert.deepEqual([...byKind.keys()].sort(), [
    'ConfigMap',
    'Deployment',
    'PersistentVolumeClaim',
    'Service',
  ]);
  const deployment = byKind.get('Deployment').spec;
  const pod = deployment.template.spec;
  const [container] = pod.containers;
  assert.deepEqual(deployment.selector.matchLabels, deployment.template.metadata.labels);
  assert.deepEqual(byKind.get('Service').spec.selector, deployment.selector.matchLabels);
  assert.equal(deployment.strategy.type, 'Recreate', 'two processes must not own one volume');
  assert.notEqual(byKind.get('Service').metadata.name, 'registry');
  assert.ok(container.securityContext.readOnlyRootFilesystem && pod.securityContext.runAsNonRoot);
  const ports = container.ports.map(({ name }: { name: string }) => name);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    assert.ok(ports.includes(container[probe].httpGet.port), probe);
  }
  const mounted = container.volumeMounts.map(({ name }: { name: string }) => name);
  assert.deepEqual(mounted.sort(), pod.volumes.map(({ name }: { name: string }) => name).sort());
});

story("examples/kubernetes: the ConfigMap's file is a configuration of Lading", [], async (scene) => {
  const [configMap] = parseAllDocuments(textOf('kubernetes/lading.yaml')).map((document) => document.toJS());
  writeFileSync(scene.path('config.yml'), configMap.data['config.yml']);
  const { REGISTRY_AUTH_FILE: _, ...env } = scene.env;
  const lading = join(CHECKOUT, 'bin/lading');
  const { stdout, stderr } = await scene.run(lading, ['config', '--config', 'config.yml'], { env });
  assert.equal(stderr, '');
  assert.match(stdout, /auth\.htpasswd\.path +\/auth\/htpasswd/);
});

story('examples/lading.service is a unit that systemd takes', ['systemd-analyze'], async (scene) => {
  const unit = scene.path('lading.service');
  writeFileSync(unit, textOf('lading.service').replaceAll('/opt/lading', CHECKOUT));
  const { output } = await scene.run('systemd-analyze', ['verify', '--man=no', unit]);
  assert.equal(output, '');
});
