import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Applied, applyEnvironment } from './apply-environment.ts';
import { keys } from './keys.ts';
import { parseYaml } from './parse-yaml.ts';
import { buildSchema, listPaths } from './schema.ts';
import type { Tree } from './tree.ts';

const schema = buildSchema(keys);

function apply(file: string, environment: Record<string, string>): Applied {
  const parsed = parseYaml(file, (line) => `file c.yml:${line}`);
  assert.ok('tree' in parsed);
  return applyEnvironment(parsed.tree, environment, schema, listPaths(schema));
}

function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.isNull ? null : tree.text;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([name, value]) => [name, plain(value)]));
}

interface Case {
  readonly rule: string;
  readonly file?: string;
  readonly environment: Record<string, string>;
  readonly result: unknown;
}

const cases: Case[] = [
  {
    rule: 'a variable wins over the file',
    file: 'http: {addr: ":5000", host: "https://a"}',
    environment: { REGISTRY_HTTP_ADDR: ':6000' },
    result: { http: { addr: ':6000', host: 'https://a' } },
  },
  {
    rule: 'parents are applied before children, whatever their order in the environment',
    file: 'http: {addr: ":1", secret: s}',
    environment: { REGISTRY_HTTP_ADDR: ':3', REGISTRY_HTTP: '{addr: ":2", prefix: /p/}' },
    result: { http: { addr: ':3', prefix: '/p/' } },
  },
  {
    rule: 'sections that are not there are made',
    environment: { REGISTRY_HTTP_TLS_CERTIFICATE: '/c', REGISTRY_LOG_ACCESSLOG_DISABLED: 'true' },
    result: { http: { tls: { certificate: '/c' } }, log: { accesslog: { disabled: 'true' } } },
  },
  {
    rule: 'a list entry is replaced by its number',
    file: 'http: {tls: {clientcas: [/a, /b]}}',
    environment: { REGISTRY_HTTP_TLS_CLIENTCAS_1: '/c' },
    result: { http: { tls: { clientcas: ['/a', '/c'] } } },
  },
  {
    rule: 'the number after the last one appends, also to a list that is not there',
    environment: { REGISTRY_HTTP_TLS_CLIENTCAS_0: '/a', REGISTRY_HTTP_TLS_CLIENTCAS_1: '/b' },
    result: { http: { tls: { clientcas: ['/a', '/b'] } } },
  },
  {
    rule: 'a list of blocks is reached by number and key',
    environment: {
      REGISTRY_NOTIFICATIONS_ENDPOINTS_0_NAME: 'n',
      REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL: 'u',
    },
    result: { notifications: { endpoints: [{ name: 'n', url: 'u' }] } },
  },
  {
    rule: 'a map key that exists is found without regard to case',
    file: 'http: {headers: {X-Frame-Options: [DENY]}}',
    environment: { 'REGISTRY_HTTP_HEADERS_x-frame-OPTIONS': '[SAMEORIGIN]' },
    result: { http: { headers: { 'X-Frame-Options': ['SAMEORIGIN'] } } },
  },
  {
    rule: 'a new map key is written in lower case',
    environment: {
      'REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin': '["*"]',
      REGISTRY_LOG_FIELDS_Service: 'r',
    },
    result: {
      http: { headers: { 'access-control-allow-origin': ['*'] } },
      log: { fields: { service: 'r' } },
    },
  },
  {
    rule: 'parameters of drivers and types are map keys',
    file: 'storage: {filesystem: {rootdirectory: /a}}',
    environment: {
      REGISTRY_STORAGE_FILESYSTEM_RootDirectory: '/b',
      REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_ENABLED: 'false',
    },
    result: {
      storage: { filesystem: { rootdirectory: '/b' }, maintenance: { uploadpurging: { enabled: 'false' } } },
    },
  },
  {
    rule: 'values are YAML: lists, blocks, quoted texts, several lines',
    environment: {
      REGISTRY_HTTP_SECRET: '"a: b"',
      REGISTRY_HTTP_HEADERS: '{A: [x, y]}',
      REGISTRY_NOTIFICATIONS_ENDPOINTS: '- name: a\n  url: b\n',
    },
    result: {
      http: { headers: { A: ['x', 'y'] }, secret: 'a: b' },
      notifications: { endpoints: [{ name: 'a', url: 'b' }] },
    },
  },
  {
    rule: 'a word in place of storage or auth is a type without parameters, and replaces the section',
    file: 'auth: {htpasswd: {realm: r, path: /p}}\nstorage: {filesystem: {rootdirectory: /a}}',
    environment: { REGISTRY_AUTH: 'htpasswd', REGISTRY_AUTH_HTPASSWD_PATH: '/q', REGISTRY_STORAGE: 's3' },
    result: { auth: { htpasswd: { path: '/q' } }, storage: { s3: {} } },
  },
  {
    rule: 'a word in the file is a type without parameters, too',
    file: 'auth: htpasswd',
    environment: { REGISTRY_AUTH_HTPASSWD_REALM: 'r' },
    result: { auth: { htpasswd: { realm: 'r' } } },
  },
  {
    rule: 'an empty value takes the key back',
    file: 'http: {secret: s}',
    environment: { REGISTRY_HTTP_SECRET: '' },
    result: { http: { secret: null } },
  },
  {
    rule: 'fields that Go names differently are reached by that name',
    environment: {
      REGISTRY_NOTIFICATIONS_EVENTCONFIG_INCLUDEREFERENCES: 'true',
      REGISTRY_HEALTH_FILECHECKERS: '[]',
    },
    result: { notifications: { events: { includereferences: 'true' } }, health: { file: [] } },
  },
  {
    rule: 'Kubernetes service variables and other names are left alone',
    environment: {
      REGISTRY_PORT: 'tcp://10.0.0.1:5000',
      REGISTRY_PORT_5000_TCP: 'tcp://10.0.0.1:5000',
      REGISTRY_PORT_5000_TCP_ADDR: '10.0.0.1',
      REGISTRY_SERVICE_HOST: '10.0.0.1',
      REGISTRY_SERVICE_PORT: '5000',
      REGISTRY_SERVICE_PORT_HTTP: '5000',
      REGISTRY_CONFIGURATION_PATH: '/x',
      REGISTRY_AUTH_FILE: '/root/.config/containers/auth.json',
      OTEL_TRACES_EXPORTER: 'none',
      DOCKER_REGISTRY_HTTP_ADDR: ':1',
    },
    result: null,
  },
];

for (const { rule, file = '', environment, result } of cases) {
  test(rule, () => {
    const applied = apply(file, environment);
    assert.deepEqual(applied.problems, []);
    assert.deepEqual(applied.warnings, []);
    assert.deepEqual(plain(applied.tree), result);
  });
}

const warned: [name: string, value: string, warning: RegExp][] = [
  [
    'REGISTRY_HTTP_ADR',
    ':1',
    /^REGISTRY_HTTP_ADR: unknown variable, ignored; did you mean REGISTRY_HTTP_ADDR\?$/,
  ],
  ['REGISTRY_http_addr', ':1', /did you mean REGISTRY_HTTP_ADDR\?$/],
  ['REGISTRY_HTTP_ADDR_PORT', '1', /unknown variable/],
  ['REGISTRY_PASSWORD', '*not: {yaml', /^REGISTRY_PASSWORD: unknown variable, ignored\.$/],
  ['REGISTRY_HEALTH_FILE', '[{file: /x}]', /unknown variable/],
  ['REGISTRY_VERSION', '0.1', /cannot be set by a variable/],
  ['REGISTRY_', 'x', /unknown variable/],
  [`REGISTRY_REDIS${'_A'.repeat(100_000)}`, 'x', /unknown variable/],
];

for (const [name, value, warning] of warned) {
  test(`${name.slice(0, 40)} is ignored with a warning`, () => {
    const applied = apply('', { [name]: value });
    assert.deepEqual(applied.problems, []);
    assert.match(applied.warnings.join('\n'), warning);
    assert.equal(plain(applied.tree), null);
  });
}

test('REGISTRY_AUTH set to nothing opens the registry, as in registry:2, and says so', () => {
  const applied = apply('auth: {htpasswd: {realm: r, path: /p}}', { REGISTRY_AUTH: '' });
  assert.deepEqual(plain(applied.tree), { auth: null });
  assert.match(applied.warnings.join(), /^REGISTRY_AUTH: is set to nothing/);
});

test('REGISTRY_STORAGE set to nothing is a problem', () => {
  const applied = apply('storage: {filesystem: {rootdirectory: /a}}', { REGISTRY_STORAGE: '' });
  assert.match(applied.problems[0]?.text ?? '', /^REGISTRY_STORAGE: is set to nothing; remove it, or name/);
});

for (const piece of ['2', '-1', 'X', '01e9', '']) {
  test(`list number "${piece}" beyond the next one is a problem`, () => {
    const applied = apply('http: {tls: {clientcas: [/a]}}', {
      [`REGISTRY_HTTP_TLS_CLIENTCAS_${piece}`]: '/b',
    });
    assert.match(
      applied.problems.map(({ text }) => text).join(),
      /^REGISTRY_HTTP_TLS_CLIENTCAS_.*counted from 0/,
    );
  });
}

test('a value that is not YAML is a problem that does not show the value', () => {
  const applied = apply('', { REGISTRY_HTTP_SECRET: '@hunter2' });
  assert.equal(applied.problems.length, 1);
  assert.match(
    applied.problems[0]?.text ?? '',
    /^REGISTRY_HTTP_SECRET: the value is not valid YAML here; .*quotes/,
  );
  assert.ok(!JSON.stringify(applied).includes('hunter2'));
});
