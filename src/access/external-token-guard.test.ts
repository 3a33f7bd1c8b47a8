import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import type { AccessRequirement, AdmissionRequest, Guard } from '../http/index.ts';
import { ask as askServer, startTestServer } from '../testing/index.ts';
import { createMiniCa, miniCaSkip } from '../testing/mini-ca.ts';
import { keyIdsOf } from './external-token/key-ids.ts';
import { type ExternalTokenSettings, openExternalTokenGuard } from './external-token-guard.ts';

const folder = mkdtempSync(join(tmpdir(), 'lading-tokens-'));
after(() => rmSync(folder, { recursive: true }));
/** Moved by tests that wait for certificates to expire, which openssl dates by the real time. */
const clock = { now: () => Date.now() };
const day = 86_400_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed25519 = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function writeKeySet(keys: readonly object[]): string {
  const path = join(folder, `${createHash('sha256').update(JSON.stringify(keys)).digest('hex')}.json`);
  writeFileSync(path, JSON.stringify({ keys }));
  return path;
}

const jwks = writeKeySet([
  { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' },
  { ...p256.publicKey.export({ format: 'jwk' }), kid: 'p256' },
  { ...p384.publicKey.export({ format: 'jwk' }), kid: 'p384' },
  { ...ed25519.publicKey.export({ format: 'jwk' }), kid: 'ed' },
]);
const settings: ExternalTokenSettings = {
  realm: 'https://auth.example/token',
  redirectPath: '/auth/token',
  service: 'registry.example',
  issuer: 'Auth',
  rootCertBundle: undefined,
  jwks,
  signingAlgorithms: undefined,
};
const pull: AccessRequirement = { type: 'repository', name: 'a/b', actions: ['pull'] };
const push: AccessRequirement = { type: 'repository', name: 'a/b', actions: ['pull', 'push'] };
const access = [{ type: 'repository', name: 'a/b', actions: ['pull'] }];

interface Minted {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject | Uint8Array;
  readonly now?: number;
}

/** A token as a good server makes it, but for what a test changes; undefined takes a claim away. */
function mint({ header = {}, claims = {}, key = p256.privateKey, now = clock.now() }: Minted = {}) {
  const seconds = Math.floor(now / 1000);
  const usual = {
    iss: 'Auth',
    aud: 'registry.example',
    sub: 'ann',
    iat: seconds,
    nbf: seconds,
    exp: seconds + 300,
  };
  return new SignJWT({ ...usual, access, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'p256', typ: 'JWT', ...header })
    .sign(key);
}

async function ask(guard: Guard, asked: { token?: string } & Partial<AdmissionRequest>) {
  const { token, ...rest } = asked;
  return guard.admit({
    access: pull,
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    surface: 'registry',
    method: 'GET',
    remoteAddress: '127.0.0.1',
    requestId: 'r-1',
    header: () => undefined,
    query: new URLSearchParams(),
    origin: () => 'https://here.example:5000',
    ...rest,
  });
}

const challenge = (more: string) => ({
  name: 'OciError',
  code: 'UNAUTHORIZED',
  status: 401,
  headers: {
    'WWW-Authenticate': `Bearer realm="https://auth.example/token",service="registry.example"${more}`,
  },
});
const invalid = challenge(',scope="repository:a/b:pull",error="invalid_token"');

const accepted: readonly [title: string, minted: Minted][] = [
  ['ES256 and the kid of the key set', {}],
  ['RS256', { header: { alg: 'RS256', kid: 'rsa' }, key: rsa.privateKey }],
  ['PS512', { header: { alg: 'PS512', kid: 'rsa' }, key: rsa.privateKey }],
  ['ES384', { header: { alg: 'ES384', kid: 'p384' }, key: p384.privateKey }],
  ['EdDSA', { header: { alg: 'EdDSA', kid: 'ed' }, key: ed25519.privateKey }],
  ['each id of a key as kid', { header: { kid: keyIdsOf(p256.publicKey).at(-1) } }],
  [
    'a trusted key in the header',
    { header: { kid: undefined, jwk: p256.publicKey.export({ format: 'jwk' }) } },
  ],
  ['a list of audiences', { claims: { aud: ['other', 'registry.example'] } }],
  ['an expiry 59 s ago', { claims: { exp: Math.floor(clock.now() / 1000) - 50 } }],
  ['a start in 50 s', { claims: { nbf: Math.floor(clock.now() / 1000) + 50 } }],
  ['all actions at once', { claims: { access: [{ type: 'repository', name: 'a/b', actions: ['*'] }] } }],
];

for (const [title, minted] of accepted) {
  test(`a token is good with ${title}`, async () => {
    const guard = await openExternalTokenGuard({ settings, clock });
    const { actor } = await ask(guard, { token: await mint(minted) });
    assert.equal(actor?.name, 'ann');
  });
}

const none = (claims: object) =>
  `${Buffer.from('{"alg":"none","kid":"p256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
const publicPem = Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
const in5Minutes = Math.floor(clock.now() / 1000) + 300;

const attacks: readonly [title: string, token: () => Promise<string> | string][] = [
  ['no signature (alg none)', () => none({ iss: 'Auth', aud: 'registry.example', exp: in5Minutes, access })],
  [
    'HS256 with the public key as secret',
    () => mint({ header: { alg: 'HS256', kid: 'rsa' }, key: publicPem }),
  ],
  [
    'HS256 with the raw point as secret',
    () => mint({ header: { alg: 'HS256' }, key: p256.publicKey.export({ type: 'spki', format: 'der' }) }),
  ],
  ['the alg of another kind of key', () => mint({ header: { kid: 'rsa' } })],
  ['the alg of another curve', () => mint({ header: { kid: 'p384' } })],
  ['the key of a stranger under a known kid', () => mint({ key: stranger.privateKey })],
  [
    'its own key in the header',
    () => mint({ key: stranger.privateKey, header: { jwk: stranger.publicKey.export({ format: 'jwk' }) } }),
  ],
  [
    'its own key in the header, named like a known one',
    () =>
      mint({
        key: stranger.privateKey,
        header: { jwk: { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'p256' } },
      }),
  ],
  ['a shared secret in the header', () => mint({ header: { jwk: { kty: 'oct', k: 'AAAA' } as never } })],
  ['a jku', () => mint({ key: stranger.privateKey, header: { kid: undefined, jku: 'http://127.0.0.1:1/' } })],
  ['no kid', () => mint({ header: { kid: undefined } })],
  ['a kid that is a path', () => mint({ header: { kid: '../../../../dev/null' } })],
  ['a kid that is SQL', () => mint({ header: { kid: "' OR '1'='1" } })],
  ['a kid of objects', () => mint({ header: { kid: '__proto__' } })],
  ['a critical header nobody knows', () => mint({ header: { crit: ['x'], x: 1 } }).catch(() => 'x.y.z')],
  ['another issuer', () => mint({ claims: { iss: 'auth' } })],
  ['no issuer', () => mint({ claims: { iss: undefined } })],
  ['another audience', () => mint({ claims: { aud: 'registry.example.evil' } })],
  ['other audiences', () => mint({ claims: { aud: ['registry', 'example'] } })],
  ['no audience', () => mint({ claims: { aud: undefined } })],
  ['an expiry 61 s ago', () => mint({ claims: { exp: Math.floor(clock.now() / 1000) - 62 } })],
  ['no expiry', () => mint({ claims: { exp: undefined } })],
  ['an expiry that is text', () => mint({ claims: { exp: '99999999999' } })],
  ['a start in 70 s', () => mint({ claims: { nbf: Math.floor(clock.now() / 1000) + 70 } })],
  ['access that is no list', () => mint({ claims: { access: { type: 'repository' } } })],
  [
    'actions that are a text',
    () => mint({ claims: { access: [{ type: 'repository', name: 'a/b', actions: '*' }] } }),
  ],
  ['a changed payload', async () => widen(await mint())],
  ['a token over 64 KiB', () => mint({ claims: { padding: 'x'.repeat(64 * 1024) } })],
  ['nonsense', () => 'a.b.c'],
  ['one long word', () => 'x'.repeat(60_000)],
];

function widen(token: string): string {
  const [header, , signature] = token.split('.');
  const claims = {
    iss: 'Auth',
    aud: 'registry.example',
    exp: in5Minutes,
    access: [{ ...access[0], actions: ['*'] }],
  };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

for (const [title, token] of attacks) {
  test(`a token is refused with ${title}`, async () => {
    const guard = await openExternalTokenGuard({ settings, clock });
    await assert.rejects(ask(guard, { token: await token() }), invalid);
  });
}

test('no token → one challenge with the scope that is needed and without error', async () => {
  const guard = await openExternalTokenGuard({ settings, clock });
  await assert.rejects(ask(guard, { access: push }), {
    ...challenge(',scope="repository:a/b:pull,push"'),
    detail: [
      { Type: 'repository', Class: '', Name: 'a/b', Action: 'pull' },
      { Type: 'repository', Class: '', Name: 'a/b', Action: 'push' },
    ],
  });
  await assert.rejects(ask(guard, { access: 'authenticated' }), challenge(''));
  await assert.rejects(
    ask(guard, { authorization: 'Basic YW5uOnB3', access: 'authenticated' }),
    challenge(''),
  );
});

test('a good token that says too little → insufficient_scope, and only what it says is allowed', async () => {
  const guard = await openExternalTokenGuard({ settings, clock });
  const token = await mint();
  await assert.rejects(
    ask(guard, { token, access: push }),
    challenge(',scope="repository:a/b:pull,push",error="insufficient_scope"'),
  );
  const others: AccessRequirement[] = [
    { ...pull, name: 'a/bc' },
    { ...pull, name: 'a' },
    { ...pull, type: 'registry', name: 'catalog', actions: ['*'] },
    { ...pull, actions: ['*'] },
    { ...pull, actions: ['constructor'] },
  ];
  for (const other of others)
    await assert.rejects(ask(guard, { token, access: other }), { code: 'UNAUTHORIZED' });
  const admission = await ask(guard, { token });
  assert.equal(await admission.may(pull), true);
  for (const other of [...others, push]) assert.equal(await admission.may(other), false);
});

test('an anonymous token is nobody and may what it says; an empty grant is enough for /v2/', async () => {
  const guard = await openExternalTokenGuard({ settings, clock });
  const anonymous = await ask(guard, { token: await mint({ claims: { sub: '' } }) });
  assert.equal(anonymous.actor, undefined);
  assert.equal(await anonymous.may(pull), true);
  for (const empty of [[], null, undefined]) {
    const token = await mint({ claims: { access: empty } });
    assert.equal((await ask(guard, { token, access: 'authenticated' })).actor?.name, 'ann');
    await assert.rejects(ask(guard, { token }), /does not allow/);
  }
});

test('optional access goes without a token, not with a bad one; public access looks at none', async () => {
  const guard = await openExternalTokenGuard({ settings, clock });
  assert.equal((await ask(guard, { access: 'optional' })).actor, undefined);
  await assert.rejects(ask(guard, { access: 'optional', token: 'bad' }), { code: 'UNAUTHORIZED' });
  const open = await ask(guard, { access: 'public', token: 'bad' });
  assert.equal(await open.may(pull), false);
});

test('with autoredirect the realm is at the host that was asked', async () => {
  const guard = await openExternalTokenGuard({ settings: { ...settings, realm: undefined }, clock });
  await assert.rejects(ask(guard, { access: 'authenticated' }), {
    headers: {
      'WWW-Authenticate': 'Bearer realm="https://here.example:5000/auth/token",service="registry.example"',
    },
  });
});

test('the list of algorithms narrows what is accepted', async () => {
  const guard = await openExternalTokenGuard({
    settings: { ...settings, signingAlgorithms: ['RS256'] },
    clock,
  });
  await ask(guard, { token: await mint({ header: { alg: 'RS256', kid: 'rsa' }, key: rsa.privateKey }) });
  await assert.rejects(ask(guard, { token: await mint() }), invalid);
});

test('a token that was good is refused once its time is over', async () => {
  let ahead = 0;
  const guard = await openExternalTokenGuard({ settings, clock: { now: () => clock.now() + ahead } });
  const token = await mint();
  await ask(guard, { token });
  ahead = 350_000;
  await ask(guard, { token });
  ahead = 361_000;
  await assert.rejects(ask(guard, { token }), invalid);
});

test('control characters in a subject do not reach logs', async () => {
  const guard = await openExternalTokenGuard({ settings, clock });
  const { actor } = await ask(guard, { token: await mint({ claims: { sub: 'ann\u001b[2J' } }) });
  assert.equal(actor?.name, 'ann\ufffd[2J');
});

test('the ids of a key are the RFC 7638 thumbprint, that of distribution 3, and libtrust’s', async () => {
  // RFC 7638 §3.1.
  const known = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
  };
  const { createPublicKey } = await import('node:crypto');
  const [thumbprint, libtrust] = keyIdsOf(createPublicKey({ key: known, format: 'jwk' }));
  assert.equal(thumbprint, 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  assert.match(libtrust ?? '', /^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/);
  // A key whose x begins with a zero byte: found by trying.
  for (;;) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '' } = publicKey.export({ format: 'jwk' });
    if (Buffer.from(x, 'base64url')[0] !== 0) continue;
    const ids = keyIdsOf(publicKey);
    assert.equal(ids.length, 3);
    assert.equal(ids[0], await calculateJwkThumbprint(publicKey.export({ format: 'jwk' })));
    break;
  }
});

test('over HTTP: tokens of tens of kilobytes work, longer headers are refused before they are looked at', async () => {
  const guard = await openExternalTokenGuard({ settings, clock });
  await using server = await startTestServer({ store: 'memory', guard });
  const statusOf = async (token: string) =>
    (await askServer(server, 'GET /v2/', { headers: { authorization: `Bearer ${token}` } })).status;
  const many = Array.from({ length: 400 }, (_, index) => ({ ...access[0], name: `team/${index}` }));
  const long = await mint({ claims: { access: many } });
  assert.ok(long.length > 30_000);
  assert.equal(await statusOf(long), 200);
  assert.equal(await statusOf('x'.repeat(60_000)), 401);
  assert.equal(await statusOf('x'.repeat(70_000)), 431);
});

const derOf = (path: string) => new X509Certificate(readFileSync(path)).raw.toString('base64');

test('x5c is good when its chain ends in the bundle, today', { skip: miniCaSkip }, async () => {
  using ca = createMiniCa();
  using otherCa = createMiniCa();
  const leaf = ca.issue('token-server');
  const foreign = otherCa.issue('token-server');
  let ahead = 0;
  const guard = await openExternalTokenGuard({
    settings: { ...settings, rootCertBundle: ca.path, jwks: undefined },
    clock: { now: () => clock.now() + ahead },
  });
  const mintWith = (certificates: readonly string[], keyFile: string) =>
    mint({
      header: { kid: undefined, x5c: certificates.map(derOf) },
      key: createPrivateKey(readFileSync(keyFile)),
      now: clock.now() + ahead,
    });
  await ask(guard, { token: await mintWith([leaf.certificate], leaf.key) });
  await ask(guard, { token: await mintWith([leaf.certificate, ca.path], leaf.key) });
  // The authority's own key, by any of its ids, as registry:2 takes it.
  const caKey = createPrivateKey(readFileSync(join(ca.folder, 'ca.key')));
  for (const kid of keyIdsOf(new X509Certificate(ca.pem).publicKey)) {
    await ask(guard, { token: await mint({ header: { kid }, key: caKey }) });
  }

  const bad: readonly [title: string, certificates: readonly string[], key: string][] = [
    ['of another authority', [foreign.certificate], foreign.key],
    ['of another authority, which it brings along', [foreign.certificate, otherCa.path], foreign.key],
    ['with a known certificate behind', [foreign.certificate, leaf.certificate, ca.path], foreign.key],
    ['of a known certificate and another key', [leaf.certificate], foreign.key],
    ['of too many', Array(6).fill(leaf.certificate), leaf.key],
    ['of none', [], leaf.key],
  ];
  for (const [title, certificates, key] of bad) {
    await assert.rejects(ask(guard, { token: await mintWith(certificates, key) }), invalid, title);
  }
  // A leaf is no authority: with its key anybody could issue more.
  const [request, forged] = [join(folder, 'forged.csr'), join(folder, 'forged.crt')];
  execFileSync('openssl', ['req', '-new', '-key', foreign.key, '-subj', '/CN=forged', '-out', request], {
    stdio: 'pipe',
  });
  execFileSync(
    'openssl',
    [
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      leaf.certificate,
      '-CAkey',
      leaf.key,
      '-CAcreateserial',
      '-days',
      '1',
      '-out',
      forged,
    ],
    { stdio: 'pipe' },
  );
  const forgedToken = await mintWith([forged, leaf.certificate], foreign.key);
  await assert.rejects(ask(guard, { token: forgedToken }), invalid, 'issued by a leaf');

  ahead = 2 * day;
  await assert.rejects(
    ask(guard, { token: await mintWith([leaf.certificate], leaf.key) }),
    invalid,
    'expired',
  );
});

const unusable: readonly [title: string, text: string, code: string, message: RegExp][] = [
  ['nothing', '', 'token-keys-invalid', /not JSON/],
  ['another document', '{"key":1}', 'token-keys-invalid', /no key set/],
  ['no key', '{"keys":[]}', 'token-keys-invalid', /no key to verify/],
  ['a shared secret', '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', 'token-keys-invalid', /place 1/],
];

for (const [title, text, code, message] of unusable) {
  test(`a key set of ${title} stops the start`, async () => {
    const path = join(folder, `${title}.json`);
    writeFileSync(path, text);
    await assert.rejects(openExternalTokenGuard({ settings: { ...settings, jwks: path }, clock }), {
      code,
      message,
    });
  });
}

test('a bundle without certificates, or a file that is missing, stops the start', async () => {
  const missing = { ...settings, jwks: join(folder, 'missing') };
  await assert.rejects(openExternalTokenGuard({ settings: missing, clock }), {
    code: 'token-keys-unreadable',
  });
  const noPem = { ...settings, rootCertBundle: jwks };
  await assert.rejects(openExternalTokenGuard({ settings: noPem, clock }), { code: 'token-keys-invalid' });
});
