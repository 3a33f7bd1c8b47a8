import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateKeyPair, SignJWT } from 'jose';
import { createBrowser } from './suite/browser.ts';
import { startAccounts } from './suite/start-accounts.ts';
import { type CrookedProvider, startCrookedProvider } from './suite/start-crooked-provider.ts';

const SECRET = 'a secret of the client, long enough';

async function start() {
  await using started = new AsyncDisposableStack();
  const provider = started.use(await startCrookedProvider());
  const scene = started.use(
    await startAccounts({
      oidc: {
        issuer: provider.issuer,
        clientId: 'lading',
        clientSecret: SECRET,
        scopes: ['openid'],
        nameClaim: 'preferred_username',
        groupsClaim: 'groups',
        teams: [],
        createsAccounts: true,
        linksVerifiedEmail: false,
      },
    }),
  );
  const running = started.move();
  return {
    provider,
    scene,
    async signIn() {
      const browser = createBrowser();
      const begun = await browser.go(`${scene.origin}/api/v1/oidc/login`);
      if (begun.status !== 302) return { status: begun.status, session: undefined };
      const sent = await browser.go(begun.header('location') ?? '');
      const { status } = await browser.go(sent.header('location') ?? '');
      return { status, session: browser.cookies(scene.origin).get('lading_session') };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('the crooked provider, as long as it is honest, lets people in', async () => {
  await using on = await start();
  const { status, session } = await on.signIn();
  assert.equal(status, 302);
  assert.match(session ?? '', /^lading_ses_/);
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const lies: readonly [title: string, make: (provider: CrookedProvider) => CrookedProvider['make']][] = [
  ['a wrong nonce', () => (claims, sign) => sign({ ...claims, nonce: 'x'.repeat(43) })],
  [
    'no nonce',
    () =>
      ({ nonce: _, ...claims }, sign) =>
        sign(claims),
  ],
  ['another audience', () => (claims, sign) => sign({ ...claims, aud: 'other' })],
  ['another party', () => (claims, sign) => sign({ ...claims, aud: ['lading', 'other'], azp: 'other' })],
  ['another issuer', () => (claims, sign) => sign({ ...claims, iss: 'https://evil.example' })],
  ['an end that has passed', () => (claims, sign) => sign({ ...claims, exp: (claims.iat ?? 0) - 60 })],
  [
    'no end',
    () =>
      ({ exp: _, ...claims }, sign) =>
        sign(claims),
  ],
  ['a beginning that is to come', () => (claims, sign) => sign({ ...claims, nbf: (claims.iat ?? 0) + 120 })],
  [
    'no subject',
    () =>
      ({ sub: _, ...claims }, sign) =>
        sign(claims),
  ],
  ['algorithm none', () => async (claims) => `${encode({ alg: 'none' })}.${encode(claims)}.`],
  [
    'HS256 and the client’s secret',
    () => (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET)),
  ],
  [
    'HS256 and the public key as secret',
    ({ jwk }) =>
      (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .sign(new TextEncoder().encode(JSON.stringify(jwk))),
  ],
  [
    'a key that is not published',
    () => async (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign((await generateKeyPair('RS256')).privateKey),
  ],
  [
    'claims that were changed',
    () => async (claims, sign) => {
      const [header, , signature] = (await sign(claims)).split('.');
      return `${header}.${encode({ ...claims, sub: 'root' })}.${signature}`;
    },
  ],
  ['no token at all', () => async () => undefined as never],
];
for (const [title, make] of lies) {
  test(`an ID token with ${title} lets nobody in`, async () => {
    await using on = await start();
    on.provider.make = make(on.provider);
    assert.deepEqual(await on.signIn(), { status: 401, session: undefined });
    assert.equal(on.scene.refusals.at(-1)?.action, 'oidc.login');
  });
}

for (const [title, document] of [
  ['calls itself another issuer', { issuer: 'https://evil.example' }],
  ['sends browsers nowhere', { authorization_endpoint: undefined }],
] as const) {
  test(`a provider that ${title} is not used`, async () => {
    await using on = await start();
    Object.assign(on.provider.document, document);
    const { status, session } = await on.signIn();
    assert.ok(status === 401 || status === 503, String(status));
    assert.equal(session, undefined);
  });
}

test('a provider that names keys at a plain address elsewhere is not followed there', async () => {
  await using on = await start();
  on.provider.document.jwks_uri = 'http://10.0.0.1/jwks';
  assert.deepEqual(await on.signIn(), { status: 503, session: undefined });
});
