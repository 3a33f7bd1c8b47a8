import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { decodeJwt, SignJWT } from 'jose';
import { startTokenService, type TestTokenService } from './testing/start-token-service.ts';
import type { Login } from './token-service.ts';

const scope = {
  type: 'repository',
  name: 'ann/app',
  resource: 'ann/app',
  actions: ['pull', 'push'],
} as const;
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function loginOf({ ann, clock }: TestTokenService, kind: 'password' | 'token'): Login {
  const credential = { kind, id: kind === 'token' ? 'pat-1' : undefined, scope: undefined };
  return {
    actor: { kind: 'user', name: 'ann', accountId: ann.id, isAdministrator: false, credential },
    authenticatedAt: clock.now(),
    refreshTokenId: undefined,
  };
}

async function issueFor(service: TestTokenService, kind: 'password' | 'token' = 'password') {
  service.rights.set('ann/app', ['pull', 'push']);
  return (await service.tokens.issue(loginOf(service, kind), [scope])).text;
}

test('a token says who holds it and what it is limited to', async () => {
  await using service = await startTokenService();
  const verified = await service.verifier.verify(await issueFor(service, 'token'));
  assert.equal(verified?.actor?.name, 'ann');
  assert.deepEqual(verified?.actor?.credential, { kind: 'token', id: 'pat-1', scope: undefined });
  assert.deepEqual(verified?.claims, [{ type: 'repository', name: 'ann/app', actions: ['pull', 'push'] }]);
});

test('an anonymous token holds for nobody', async () => {
  await using service = await startTokenService();
  const { text } = await service.tokens.issue(undefined, []);
  assert.deepEqual(await service.verifier.verify(text), { actor: undefined, claims: [] });
  assert.equal(decodeJwt(text).sub, '');
});

test('it is good until a minute after its time, also when it is remembered', async () => {
  await using service = await startTokenService();
  const used = await issueFor(service);
  const unused = await issueFor(service);
  await service.verifier.verify(used);
  service.clock.advance(359_000);
  assert.ok(await service.verifier.verify(used));
  service.clock.advance(1_000);
  assert.equal(await service.verifier.verify(used), undefined);
  assert.equal(await service.verifier.verify(unused), undefined);
});

const disable = ({ ann }: TestTokenService) => {
  ann.isDisabled = true;
};
const takenAway: readonly [
  title: string,
  kind: 'password' | 'token',
  act: (service: TestTokenService) => void,
][] = [
  ['the access token is revoked', 'token', ({ ann }) => ann.accessTokens.clear()],
  ['the user is disabled', 'token', disable],
  ['the user is disabled', 'password', disable],
  [
    'the password is changed',
    'password',
    ({ ann, clock }) => {
      clock.advance(1);
      ann.passwordChangedAt = clock.now();
    },
  ],
];

for (const [title, kind, act] of takenAway) {
  test(`a token that was got with a ${kind} and used is refused at once when ${title}`, async () => {
    await using service = await startTokenService();
    const token = await issueFor(service, kind);
    const secret =
      (await service.tokens.createRefreshToken(loginOf(service, kind), { clientId: 'x', address: '' })) ?? '';
    assert.ok(await service.verifier.verify(token));
    act(service);
    assert.equal(await service.verifier.verify(token), undefined);
    assert.equal(
      await service.tokens.useRefreshToken(secret, { address: '' }),
      undefined,
      'its device neither',
    );
  });
}

test('a changed password leaves what was got with an access token alone', async () => {
  await using service = await startTokenService();
  const token = await issueFor(service, 'token');
  service.clock.advance(1);
  service.ann.passwordChangedAt = service.clock.now();
  assert.ok(await service.verifier.verify(token));
});

test('a token that came of a device is refused at once when the device is revoked', async () => {
  await using service = await startTokenService();
  const device = { clientId: 'docker', address: '192.0.2.1' };
  const secret = (await service.tokens.createRefreshToken(loginOf(service, 'token'), device)) ?? '';
  const login = await service.tokens.useRefreshToken(secret, device);
  const { text } = await service.tokens.issue(login, []);
  assert.ok(await service.verifier.verify(text));
  const elsewhere = await service.openAgain();
  await elsewhere.verifier.verify(text);
  const [token] = await service.refreshTokens.list(service.ann.id);
  await service.refreshTokens.revoke({ accountId: service.ann.id, id: token?.id ?? '' });
  assert.equal(await service.verifier.verify(text), undefined);
  service.clock.advance(1_000);
  assert.equal(await elsewhere.verifier.verify(text), undefined, 'within a second in another process');
});

/** What a good token would say, signed as the attack likes. */
async function forge(
  service: TestTokenService,
  forged: { header?: object; claims?: object; key?: KeyObject | Uint8Array },
): Promise<string> {
  const good = decodeJwt(await issueFor(service));
  const { kid, privateKey } = await service.keys.getSigningKey();
  return new SignJWT({ ...good, ...forged.claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid, ...forged.header })
    .sign(forged.key ?? privateKey);
}

const publicBytes = async (service: TestTokenService, format: 'pem' | 'der') => {
  const { publicKey } = await service.keys.getSigningKey();
  return Buffer.from(publicKey.export({ type: 'spki', format } as { type: 'spki'; format: 'der' }));
};
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const withPayload = (token: string, change: (claims: Record<string, unknown>) => object) => {
  const [header, payload = '', signature] = token.split('.');
  return [header, encode(change(JSON.parse(Buffer.from(payload, 'base64url').toString()))), signature].join(
    '.',
  );
};

const attacks: readonly [title: string, attack: (service: TestTokenService) => Promise<string> | string][] = [
  [
    'alg none',
    async (s) => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(decodeJwt(await issueFor(s)))}.`,
  ],
  [
    'HS256 with the public key (PEM)',
    async (s) => forge(s, { header: { alg: 'HS256' }, key: await publicBytes(s, 'pem') }),
  ],
  [
    'HS256 with the public key (DER)',
    async (s) => forge(s, { header: { alg: 'HS256' }, key: await publicBytes(s, 'der') }),
  ],
  [
    'RS256 under our key id',
    (s) =>
      forge(s, {
        header: { alg: 'RS256' },
        key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      }),
  ],
  [
    'ES384 under our key id',
    (s) =>
      forge(s, {
        header: { alg: 'ES384' },
        key: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
      }),
  ],
  ['the key of a stranger', (s) => forge(s, { key: stranger.privateKey })],
  [
    'a key in the header',
    (s) =>
      forge(s, { key: stranger.privateKey, header: { jwk: stranger.publicKey.export({ format: 'jwk' }) } }),
  ],
  ['an unknown key id', (s) => forge(s, { header: { kid: 'x' } })],
  ['a key id that is SQL', (s) => forge(s, { header: { kid: "' OR 1=1 --" } })],
  ['no key id', (s) => forge(s, { header: { kid: undefined } })],
  ['another typ', (s) => forge(s, { header: { typ: 'at+jwt' } })],
  ['another service', (s) => forge(s, { claims: { aud: 'other' } })],
  ['another issuer', (s) => forge(s, { claims: { iss: 'other' } })],
  ['no end', (s) => forge(s, { claims: { exp: undefined } })],
  ['a start to come', (s) => forge(s, { claims: { nbf: s.clock.now() / 1000 + 61 } })],
  ['no access', (s) => forge(s, { claims: { access: undefined } })],
  [
    'a wider access',
    async (s) =>
      withPayload(await issueFor(s), (claims) => ({
        ...claims,
        access: [{ type: 'repository', name: 'ann/app', actions: ['*'] }],
      })),
  ],
  ['its holder taken out', async (s) => withPayload(await issueFor(s), ({ lading: _, ...rest }) => rest)],
  ['an empty text', () => ''],
  ['33 KiB', (s) => forge(s, { claims: { padding: 'x'.repeat(25 * 1024) } })],
  ['a token that was cut', async (s) => (await issueFor(s)).slice(0, -1)],
  ['an access token', () => 'lading_pat_x'],
];

for (const [title, attack] of attacks) {
  test(`a token is refused with ${title}`, async () => {
    await using service = await startTokenService();
    assert.equal(await service.verifier.verify(await attack(service)), undefined);
  });
}

test('a token of another service on the same database, or of another registry, is refused', async () => {
  await using service = await startTokenService();
  await using other = await startTokenService();
  const token = await issueFor(service);
  assert.equal(await other.verifier.verify(token), undefined);
  for (const changed of [{ service: 'other' }, { issuer: 'other' }]) {
    assert.equal(await (await service.openAgain(changed)).verifier.verify(token), undefined);
  }
});

test('a list of audiences that holds ours is good, as for distribution', async () => {
  await using service = await startTokenService();
  assert.ok(await service.verifier.verify(await forge(service, { claims: { aud: ['other', 'lading'] } })));
});

test('a database that cannot be read is an error, not a refusal', async () => {
  await using service = await startTokenService();
  const token = await issueFor(service);
  const again = await service.openAgain();
  await service.keys.rotateSigningKey();
  const signedByNew = await issueFor(service);
  service.clock.advance(1_000);
  await service.db.close();
  await assert.rejects(again.verifier.verify(signedByNew));
  assert.ok(await again.verifier.verify(token));
});

test('what was verified once is found again without another signature check', async (context) => {
  await using service = await startTokenService();
  const token = await issueFor(service);
  const check = context.mock.method(crypto.subtle, 'verify');
  for (let round = 0; round < 100; round += 1) assert.ok(await service.verifier.verify(token));
  assert.equal(check.mock.callCount(), 1);
});
