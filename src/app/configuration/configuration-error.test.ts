import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigurationError, type ConfigurationErrorCode } from './configuration-error.ts';
import { loadConfiguration } from './load-configuration.ts';

async function refusal(
  text: string | undefined,
  env: Record<string, string> = {},
): Promise<ConfigurationError> {
  const file = text === undefined ? undefined : 'c.yml';
  const loading = loadConfiguration({ file, env, flags: {}, readFile: async () => text ?? '' });
  const error = await loading.then(
    () => assert.fail('it was accepted'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof ConfigurationError, String(error));
  return error;
}

interface Case {
  readonly what: string;
  readonly text?: string;
  readonly env?: Record<string, string>;
  readonly code: ConfigurationErrorCode;
  readonly message: RegExp;
}

const later = (key: string, text: string): Case => ({
  what: key,
  text: `version: 0.1\n${text}`,
  code: 'key-not-supported',
  message: new RegExp(
    `^${key.replaceAll('.', '\\.')} \\(file c\\.yml:\\d+\\): Lading does not support this yet; .+\\.$`,
  ),
});

const cases: Case[] = [
  later('auth.silly', 'auth: {silly: }'),
  later('storage.s3', 'storage: {s3: {bucket: b, secretkey: hunter2}}'),
  later('storage.gcs', 'storage: gcs'),
  later('storage.azure', 'storage: {azure: {}}'),
  later('storage.swift', 'storage: {swift: {}}'),
  later('storage.oss', 'storage: {oss: {}}'),
  later('proxy.remoteurl', 'proxy: {remoteurl: "https://registry-1.docker.io", password: hunter2}'),
  later(
    'notifications.endpoints',
    'notifications: {endpoints: [{url: u, headers: {Authorization: [hunter2]}}]}',
  ),
  later('http.tls.letsencrypt', 'http: {tls: {letsencrypt: {email: a@b}}}'),
  later('http.net', 'http: {net: unix}'),
  later('http.h2c.enabled', 'http: {h2c: {enabled: true}}'),
  later('middleware', 'middleware: {storage: [{name: cloudfront}]}'),
  later('health.file', 'health: {file: [{file: /x}]}'),
  later('health.http', 'health: {http: [{uri: u}]}'),
  later('health.tcp', 'health: {tcp: [{addr: a}]}'),
  later('validation.manifests.urls.allow', 'validation: {manifests: {urls: {allow: [x]}}}'),
  later('policy.repository.classes', 'policy: {repository: {classes: [image]}}'),
  {
    what: 'two storage drivers in the file',
    text: 'storage: {filesystem: {}, inmemory: }',
    code: 'conflict',
    message:
      /^storage\.filesystem \(file c\.yml:1\) and storage\.inmemory \(file c\.yml:1\): only one storage driver/,
  },
  {
    what: "another driver in the environment than the file's",
    text: 'storage: {filesystem: {rootdirectory: /a}}',
    env: { REGISTRY_STORAGE_INMEMORY: '{}' },
    code: 'conflict',
    message: /storage\.inmemory \(environment REGISTRY_STORAGE_INMEMORY\): only one .* set REGISTRY_STORAGE/,
  },
  {
    what: 'two authentication types',
    text: 'auth: {htpasswd: {realm: r, path: /p}}',
    env: { REGISTRY_AUTH_TOKEN_REALM: 'https://a' },
    code: 'conflict',
    message: /only one authentication type can be used/,
  },
  {
    what: 'an unknown storage driver',
    env: { REGISTRY_STORAGE_DELET_ENABLED: 'true' },
    code: 'value-invalid',
    message:
      /^storage\.delet \(environment REGISTRY_STORAGE_DELET_ENABLED\): unknown; .*did you mean storage\.delete\?$/,
  },
  {
    what: 'an unknown authentication type',
    text: 'auth: none',
    code: 'value-invalid',
    message: /^auth\.none .*htpasswd/,
  },
  {
    what: 'an authentication list',
    text: 'auth: [htpasswd]',
    code: 'value-invalid',
    message: /^auth .*block of keys/,
  },
  {
    what: 'htpasswd without anything',
    text: 'auth: htpasswd',
    code: 'value-invalid',
    message: /auth\.htpasswd\.path.*\n.*auth\.htpasswd\.realm/,
  },
  {
    what: 'a token server without anything',
    text: 'auth: token',
    code: 'value-invalid',
    message:
      /auth\.token\.realm.*\n.*auth\.token\.service.*\n.*auth\.token\.issuer.*\n.*auth\.token\.rootcertbundle/,
  },
  {
    what: 'a realm that is no absolute URL',
    text: 'auth: {token: {realm: /token, service: s, issuer: i, jwks: /j}}',
    code: 'value-invalid',
    message: /^auth\.token\.realm .*a URL/,
  },
  ...['none', 'HS256', 'es256'].map((algorithm) => ({
    what: `tokens signed with ${algorithm}`,
    text: `auth: {token: {realm: "https://a", service: s, issuer: i, jwks: /j, signingalgorithms: [${algorithm}]}}`,
    code: 'value-invalid' as const,
    message: /^auth\.token\.signingalgorithms .*RS256/,
  })),
  {
    what: 'tokens that live for a day',
    text: 'auth: {accounts: {tokenexpiry: 24h}}',
    code: 'value-invalid',
    message: /^auth\.accounts\.tokenexpiry .*from 1m to 1h/,
  },
  ...['http://id.example.com', 'https://user@id.example.com', 'https://id.example.com?x=1'].map((issuer) => ({
    what: `the provider ${issuer}`,
    text: `auth: {accounts: {oidc: {issuer: "${issuer}", clientid: lading}}}`,
    code: 'value-invalid' as const,
    message: /^auth\.accounts\.oidc\.issuer .*https/,
  })),
  {
    what: 'a provider without client',
    text: 'auth: {accounts: {oidc: {issuer: "https://id.example.com"}}}',
    code: 'value-invalid',
    message: /needs auth\.accounts\.oidc\.clientid as well/,
  },
  {
    what: 'a group that stands for no team',
    text: 'auth: {accounts: {oidc: {issuer: "https://i", clientid: l, groups: {a: acme}}}}',
    code: 'value-invalid',
    message: /^auth\.accounts\.oidc\.groups\.a .*ORGANISATION\/TEAM/,
  },
  {
    what: 'a certificate without key',
    env: { REGISTRY_HTTP_TLS_CERTIFICATE: '/c' },
    code: 'value-invalid',
    message: /needs http\.tls\.key/,
  },
  {
    what: 'a key without certificate',
    env: { REGISTRY_HTTP_TLS_KEY: '/c' },
    code: 'value-invalid',
    message: /needs http\.tls\.certificate/,
  },
  {
    what: 'client authorities without TLS',
    text: 'http: {tls: {clientcas: [/a]}}',
    code: 'value-invalid',
    message: /needs http\.tls\.certificate/,
  },
  {
    what: 'TLS 1.0',
    text: 'http: {tls: {minimumtls: tls1.0}}',
    code: 'value-invalid',
    message: /tls1\.2, tls1\.3/,
  },
  {
    what: 'an unsafe cipher suite',
    text: 'http: {tls: {ciphersuites: [constructor]}}',
    code: 'value-invalid',
    message: /ciphersuites .*must be a list/,
  },
  {
    what: 'a bare port',
    text: 'http:\n  addr: 5000',
    code: 'value-invalid',
    message: /^http\.addr \(file c\.yml:2\): must be HOST:PORT, or :PORT/,
  },
  {
    what: 'a wrong boolean',
    text: 'storage: {delete: {enabled: ture}}',
    code: 'value-invalid',
    message: /true or false/,
  },
  {
    what: 'a period without unit',
    text: 'storage: {maintenance: {uploadpurging: {interval: 24}}}',
    code: 'value-invalid',
    message: /such as 24h/,
  },
  {
    what: 'a period that overflows timers',
    text: 'health: {storagedriver: {interval: 600h}}',
    code: 'value-invalid',
    message: /at most 596h/,
  },
  {
    what: 'an age without unit',
    text: 'storage: {maintenance: {uploadpurging: {age: 168}}}',
    code: 'value-invalid',
    message: /such as 168h/,
  },
  {
    what: 'a header that is not a list',
    text: 'http: {headers: {X-A: b}}',
    code: 'value-invalid',
    message: /^http\.headers\.X-A .*must be a list such as/,
  },
  {
    what: 'a header that splits the response',
    text: 'http: {headers: {X-A: ["a\\r\\nb: c"]}}',
    code: 'value-invalid',
    message: /printable/,
  },
  {
    what: 'a header name with a space',
    text: 'http: {headers: {"X A": [b]}}',
    code: 'value-invalid',
    message: /name of an HTTP header/,
  },
  {
    what: 'a public URL with a password',
    text: 'http: {host: "https://u:hunter2@a"}',
    code: 'value-invalid',
    message: /^http\.host .*must be a URL/,
  },
  {
    what: 'a prefix with dots',
    text: 'http: {prefix: /../a}',
    code: 'value-invalid',
    message: /^http\.prefix/,
  },
  {
    what: 'a path with NUL',
    text: 'storage: {filesystem: {rootdirectory: "a\\0b"}}',
    code: 'value-invalid',
    message: /a path/,
  },
  {
    what: 'a secret that is a block',
    text: 'http: {secret: {hunter2: hunter2}}',
    code: 'value-invalid',
    message: /^http\.secret .*must be a text\.$/,
  },
  {
    what: 'a text where a section is wanted',
    text: 'http: hunter2',
    code: 'value-invalid',
    message: /^http .*must be a block of keys \(addr, /,
  },
  {
    what: 'another version',
    text: 'version: 0.2',
    code: 'value-invalid',
    message: /^version \(file c\.yml:1\): must be 0\.1\.$/,
  },
  {
    what: 'a file that is a list',
    text: '- a',
    code: 'file-invalid',
    message: /^c\.yml:1: the file must be a block of keys/,
  },
  {
    what: 'a file with tabs',
    text: 'http:\n\taddr: :1',
    code: 'file-invalid',
    message: /^c\.yml:2: the file is indented with a tab/,
  },
];

for (const { what, text, env = {}, code, message } of cases) {
  test(`${what} → ${code}`, async () => {
    const error = await refusal(text, env);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(!error.message.includes('hunter2'), error.message);
  });
}

test('all problems are listed, one a line', async () => {
  const error = await refusal('http: {addr: x, prefix: "?"}\nproxy: {remoteurl: u}', {
    REGISTRY_CATALOG_MAXENTRIES: 'many',
  });
  assert.deepEqual(
    error.message.split('\n').map((line) => line.split(' ')[0]),
    ['http.addr', 'http.prefix', 'proxy.remoteurl', 'catalog.maxentries'],
  );
  assert.equal(error.problems.length, 4);
});

for (const [what, file, message] of [
  ['is missing', join(tmpdir(), 'lading-no-such-file.yml'), /there is no such file/],
  ['is a folder', tmpdir(), /is a folder/],
] as const) {
  test(`a file that ${what} → file-unreadable`, async () => {
    await assert.rejects(loadConfiguration({ file, env: {}, flags: {} }), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.code, 'file-unreadable');
      assert.ok(error.message.startsWith(`${file}: `));
      assert.match(error.message, message);
      return true;
    });
  });
}
