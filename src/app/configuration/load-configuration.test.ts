import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Configuration, type ConfigurationSources, loadConfiguration } from './load-configuration.ts';

type Given = Partial<Omit<ConfigurationSources, 'file' | 'readFile'>> & { text?: string };

function load({ text, env = {}, flags = {} }: Given): Promise<Configuration> {
  return loadConfiguration({
    ...(text === undefined ? {} : { file: 'c.yml' }),
    env,
    flags,
    readFile: async () => text ?? '',
  });
}

test('nothing given → 127.0.0.1:5000, ./data, deletion on, open', async () => {
  const { settings, warnings } = await load({});
  assert.deepEqual(warnings, []);
  assert.deepEqual(settings, {
    storage: { kind: 'filesystem', root: './data' },
    deleteEnabled: true,
    readOnly: false,
    uploadExpiry: { enabled: true, ageMs: 604_800_000, intervalMs: 86_400_000, dryRun: false },
    http: {
      host: '127.0.0.1',
      port: 5000,
      prefix: '/',
      relativeUrls: false,
      drainTimeoutMs: 30_000,
      trustedProxies: [],
      headers: {},
      http2Enabled: true,
    },
    auth: { kind: 'none' },
    accounts: {
      realm: undefined,
      service: 'lading',
      issuer: 'lading',
      tokenLifetimeMs: 300_000,
      oidc: undefined,
      privateIssuers: [],
    },
    audit: { retentionDays: undefined },
    log: { level: 'info', formatter: undefined, fields: {}, accessLogDisabled: false },
    catalogMaxEntries: 1000,
    sparseManifests: false,
    health: { storageDriver: { enabled: true, intervalMs: 10_000, threshold: 3 } },
  });
});

const shipped2 = `version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
`;

const shipped3 = `${shipped2
  .replace('  filesystem:', '  tag:\n    concurrencylimit: 8\n  filesystem:')
  .replace(
    '  headers:',
    '  debug:\n    addr: :5001\n    prometheus:\n      enabled: true\n      path: /metrics\n  headers:',
  )}`;

for (const [image, text] of [
  ['registry:2', shipped2],
  ['registry:3', shipped3],
] as const) {
  test(`the file that ${image} ships loads without a warning`, async () => {
    const { settings, warnings } = await load({ text });
    assert.deepEqual(warnings, []);
    assert.deepEqual(settings.storage, { kind: 'filesystem', root: '/var/lib/registry' });
    assert.deepEqual([settings.http.host, settings.http.port], ['', 5000]);
    assert.deepEqual(settings.http.headers, { 'X-Content-Type-Options': ['nosniff'] });
    assert.deepEqual(settings.log.fields, { service: 'registry' });
  });
}

test('the file that registry:3 ships serves metrics on :5001', async () => {
  const { settings } = await load({ text: shipped3 });
  assert.deepEqual(settings.http.debug, {
    host: '',
    port: 5001,
    prometheus: { enabled: true, path: '/metrics' },
  });
});

test('the variables of the tutorials work verbatim', async () => {
  const { settings, warnings } = await load({
    text: shipped2,
    env: {
      REGISTRY_AUTH: 'htpasswd',
      REGISTRY_AUTH_HTPASSWD_PATH: '/auth/htpasswd',
      REGISTRY_AUTH_HTPASSWD_REALM: 'Registry Realm',
      REGISTRY_HTTP_ADDR: '0.0.0.0:443',
      REGISTRY_HTTP_TLS_CERTIFICATE: '/certs/domain.crt',
      REGISTRY_HTTP_TLS_KEY: '/certs/domain.key',
      REGISTRY_STORAGE_DELETE_ENABLED: 'true',
      'REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin': '["*"]',
      'REGISTRY_HTTP_HEADERS_Access-Control-Allow-Methods': '[HEAD,GET,OPTIONS,DELETE]',
      'REGISTRY_HTTP_HEADERS_Access-Control-Allow-Headers': '[Authorization,Accept,Cache-Control]',
      'REGISTRY_HTTP_HEADERS_Access-Control-Allow-Credentials': '[true]',
      'REGISTRY_HTTP_HEADERS_Access-Control-Expose-Headers': '[Docker-Content-Digest]',
    },
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(settings.auth, { kind: 'htpasswd', path: '/auth/htpasswd', realm: 'Registry Realm' });
  assert.deepEqual([settings.http.host, settings.http.port], ['0.0.0.0', 443]);
  assert.equal(settings.http.tls?.certificate, '/certs/domain.crt');
  assert.equal(settings.http.tls?.key, '/certs/domain.key');
  assert.equal(settings.deleteEnabled, true);
  assert.deepEqual(settings.http.headers, {
    'X-Content-Type-Options': ['nosniff'],
    'access-control-allow-origin': ['*'],
    'access-control-allow-methods': ['HEAD', 'GET', 'OPTIONS', 'DELETE'],
    'access-control-allow-headers': ['Authorization', 'Accept', 'Cache-Control'],
    'access-control-allow-credentials': ['true'],
    'access-control-expose-headers': ['Docker-Content-Digest'],
  });
});

test('every supported key reaches its setting', async () => {
  const { settings } = await load({
    text: `version: 0.1
storage:
  inmemory:
  delete: {enabled: false}
  maintenance: {readonly: {enabled: true}, uploadpurging: {enabled: false, age: 1h, interval: 2h, dryrun: true}}
http:
  addr: '[::1]:5001'
  net: tcp
  host: https://registry.example.com:8443/
  prefix: team/registry
  relativeurls: true
  draintimeout: 1m
  trustedproxies: [10.0.0.0/8, '::1']
  secret: 0123
  tls:
    certificate: /c
    key: /k
    clientcas: [/ca]
    clientauth: verify-client-cert-if-given
    minimumtls: tls1.3
    ciphersuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  http2: {disabled: true}
log: {level: WARN, formatter: json, fields: {environment: prod}, accesslog: {disabled: true}}
catalog: {maxentries: 50}
tags: {maxtags: 60}
health: {storagedriver: {enabled: false, interval: 5s, threshold: 0}}
`,
  });
  assert.deepEqual(settings, {
    storage: { kind: 'inmemory' },
    deleteEnabled: false,
    readOnly: true,
    uploadExpiry: { enabled: false, ageMs: 3_600_000, intervalMs: 7_200_000, dryRun: true },
    http: {
      host: '::1',
      port: 5001,
      externalUrl: 'https://registry.example.com:8443',
      prefix: '/team/registry/',
      relativeUrls: true,
      drainTimeoutMs: 60_000,
      trustedProxies: ['10.0.0.0/8', '::1'],
      headers: {},
      tls: {
        certificate: '/c',
        key: '/k',
        clientCas: ['/ca'],
        clientAuth: 'verify-client-cert-if-given',
        minimumTls: 'tls1.3',
        cipherSuites: ['ECDHE-RSA-AES128-GCM-SHA256'],
      },
      http2Enabled: false,
    },
    auth: { kind: 'none' },
    accounts: {
      realm: undefined,
      service: 'lading',
      issuer: 'lading',
      tokenLifetimeMs: 300_000,
      oidc: undefined,
      privateIssuers: [],
    },
    audit: { retentionDays: undefined },
    log: { level: 'warn', formatter: 'json', fields: { environment: 'prod' }, accessLogDisabled: true },
    catalogMaxEntries: 50,
    sparseManifests: false,
    tagsMaxTags: 60,
    health: { storageDriver: { enabled: false, intervalMs: 5000, threshold: 1 } },
  });
});

const tokenServer = {
  kind: 'token',
  realm: 'https://gitlab.example.com/jwt/auth',
  redirectPath: '/auth/token',
  service: 'container_registry',
  issuer: 'omnibus-gitlab-issuer',
  rootCertBundle: '/certs/bundle.pem',
  jwks: undefined,
  signingAlgorithms: undefined,
};
const tokenEnv = {
  REGISTRY_AUTH: 'token',
  REGISTRY_AUTH_TOKEN_REALM: tokenServer.realm,
  REGISTRY_AUTH_TOKEN_SERVICE: tokenServer.service,
  REGISTRY_AUTH_TOKEN_ISSUER: tokenServer.issuer,
  REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE: '/certs/bundle.pem',
};

test('the token variables of every registry:2 tutorial name an external token server', async () => {
  assert.deepEqual((await load({ env: tokenEnv })).settings.auth, tokenServer);
});

test('autoredirect takes the place of the realm, and keys that of the bundle', async () => {
  const { settings } = await load({
    text: `version: 0.1
auth:
  token:
    autoredirect: true
    autoredirectpath: /service/token
    service: s
    issuer: i
    jwks: /keys.json
    signingalgorithms: [ES256, EdDSA]
`,
  });
  assert.deepEqual(settings.auth, {
    kind: 'token',
    realm: undefined,
    redirectPath: '/service/token',
    service: 's',
    issuer: 'i',
    rootCertBundle: undefined,
    jwks: '/keys.json',
    signingAlgorithms: ['ES256', 'EdDSA'],
  });
});

test('a provider to sign in with, its groups as teams', async () => {
  const { settings } = await load({
    text: `auth:
  accounts:
    oidc:
      issuer: https://id.example.com/
      clientid: lading
      groups:
        /Platform Team: acme/platform
        everybody: acme/readers
      privateissuers: [https://kubernetes.default.svc]
`,
    env: { REGISTRY_AUTH_ACCOUNTS_OIDC_CLIENTSECRET: 's3cret' },
  });
  assert.deepEqual(settings.accounts.oidc, {
    issuer: 'https://id.example.com/',
    clientId: 'lading',
    clientSecret: 's3cret',
    scopes: ['openid', 'profile', 'email'],
    nameClaim: 'preferred_username',
    groupsClaim: 'groups',
    teams: [
      { group: '/Platform Team', organisation: 'acme', team: 'platform' },
      { group: 'everybody', organisation: 'acme', team: 'readers' },
    ],
    createsAccounts: true,
    linksVerifiedEmail: false,
  });
  assert.deepEqual(settings.accounts.privateIssuers, ['https://kubernetes.default.svc']);
});

test('accounts are named without parameters, or with them', async () => {
  const { settings } = await load({ env: { REGISTRY_AUTH: 'accounts' } });
  assert.deepEqual(settings.auth, { kind: 'accounts' });
  const named = await load({
    env: { REGISTRY_AUTH_ACCOUNTS_SERVICE: 'hub', REGISTRY_AUTH_ACCOUNTS_TOKENEXPIRY: '90s' },
  });
  assert.deepEqual(named.settings.auth, { kind: 'accounts' });
  assert.equal(named.settings.accounts.service, 'hub');
  assert.equal(named.settings.accounts.tokenLifetimeMs, 90_000);
});

test('flags win over variables, which win over the file; entries tell which, and hide secrets', async () => {
  const { settings, entries } = await load({
    text: 'version: 0.1\nhttp:\n  addr: :1\n  prefix: /a/\n  host: https://a\n',
    env: { REGISTRY_HTTP_ADDR: ':2', REGISTRY_HTTP_PREFIX: '/b/', REGISTRY_HTTP_SECRET: 'hunter2' },
    flags: { root: '/srv', addr: ':3' },
  });
  assert.deepEqual(settings.storage, { kind: 'filesystem', root: '/srv' });
  const shown = entries.filter(({ key }) =>
    /^(http\.(addr|prefix|host|secret|draintimeout)|storage\.filesystem)/.test(key),
  );
  assert.deepEqual(shown, [
    { key: 'storage.filesystem.rootdirectory', value: '/srv', origin: 'flag --root', secret: false },
    { key: 'http.addr', value: ':3', origin: 'flag --addr', secret: false },
    { key: 'http.host', value: 'https://a', origin: 'file c.yml:5', secret: false },
    { key: 'http.prefix', value: '/b/', origin: 'environment REGISTRY_HTTP_PREFIX', secret: false },
    { key: 'http.draintimeout', value: '30s', origin: 'default', secret: false },
    { key: 'http.secret', value: '••••••', origin: 'environment REGISTRY_HTTP_SECRET', secret: true },
  ]);
});

test('--root takes the place of whatever driver is configured, and keeps the other storage keys', async () => {
  const text = 'version: 0.1\nstorage: {s3: {bucket: b}, delete: {enabled: false}}';
  const { settings } = await load({ text, flags: { root: '/srv' } });
  assert.deepEqual([settings.storage, settings.deleteEnabled], [{ kind: 'filesystem', root: '/srv' }, false]);
});

test('the driver filesystem named without a folder uses that of registry:2', async () => {
  const { settings } = await load({ env: { REGISTRY_STORAGE: 'filesystem' } });
  assert.deepEqual(settings.storage, { kind: 'filesystem', root: '/var/lib/registry' });
});

test('client authorities without clientauth demand certificates', async () => {
  const { settings } = await load({
    env: { REGISTRY_HTTP_TLS: '{certificate: /c, key: /k, clientcas: [/a]}' },
  });
  assert.equal(settings.http.tls?.clientAuth, 'require-and-verify-client-cert');
});

test('REGISTRY_CONFIGURATION_PATH names the file when none is given', async () => {
  const asked: string[] = [];
  const readFile = async (path: string) => {
    asked.push(path);
    return 'version: 0.1';
  };
  const env = { REGISTRY_CONFIGURATION_PATH: '/env.yml' };
  await loadConfiguration({ env, flags: {}, readFile });
  await loadConfiguration({ file: '/given.yml', env, flags: {}, readFile });
  assert.deepEqual(asked, ['/env.yml', '/given.yml']);
});

test('empty values of keys that are not supported yet change nothing', async () => {
  const { warnings } = await load({
    text: `version: 0.1
middleware: {}
notifications: {endpoints: [{name: a, url: b, disabled: true}], events: {includereferences: true}}
proxy: {remoteurl: "", username: u, password: p, ttl: 168h}
redis: {addr: "a:1", password: p}
health: {file: [], http: [], tcp: null}
http: {net: tcp, h2c: {enabled: false}, tls: {letsencrypt: {email: "", hosts: []}}}
validation: {disabled: true, manifests: {urls: {allow: []}, indexes: {platforms: all}}}
auth:
`,
  });
  assert.deepEqual(warnings, []);
});

const warned: [what: string, text: string, warning: RegExp][] = [
  ['a missing version', 'http: {}', /^version \(file c\.yml\): is missing/],
  ['an empty file', '', /version/],
  [
    'an unknown key',
    'version: 0.1\nhttp:\n  adr: :1',
    /^http\.adr \(file c\.yml:3\): unknown key, ignored; did you mean http\.addr\?$/,
  ],
  ['an unknown section', 'version: 0.1\nhtpp: {addr: ":1"}', /did you mean http\?$/],
  [
    'an unknown parameter',
    'version: 0.1\nstorage: {filesystem: {rootdirectry: /a}}',
    /did you mean storage\.filesystem\.rootdirectory\?$/,
  ],
  [
    'a name with control characters',
    'version: 0.1\n"a\\nb\\e[31m": 1',
    /^a�b�\[31m \(file c\.yml:2\): unknown key, ignored\.$/,
  ],
  ['log.hooks', 'version: 0.1\nlog: {hooks: [{type: mail}]}', /^log\.hooks .*no mail is sent/],
  ['logstash', 'version: 0.1\nlog: {formatter: logstash}', /same lines as json/],
  ['loglevel', 'version: 0.1\nloglevel: debug', /^loglevel .*write log\.level/],
  [
    'metrics without an address',
    'version: 0.1\nhttp: {debug: {prometheus: {enabled: true}}}',
    /until http\.debug\.addr is set/,
  ],
];

for (const [what, text, warning] of warned) {
  test(`${what} → one warning`, async () => {
    const { warnings } = await load({ text });
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', warning);
  });
}

test('loglevel is obeyed where log.level is not set', async () => {
  assert.equal((await load({ text: 'loglevel: debug' })).settings.log.level, 'debug');
  assert.equal((await load({ text: 'loglevel: debug\nlog: {level: error}' })).settings.log.level, 'error');
  assert.equal((await load({ env: { REGISTRY_LOGLEVEL: 'warn' } })).settings.log.level, 'warn');
});
