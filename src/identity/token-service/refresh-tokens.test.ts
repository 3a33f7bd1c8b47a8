import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTokenService, type TestTokenService } from './testing/start-token-service.ts';
import type { Login } from './token-service.ts';

const day = 24 * 3_600_000;
const device = { clientId: 'docker', address: '192.0.2.1' };
const elsewhere = { address: '192.0.2.9' };

function loginOf({ ann, clock }: TestTokenService, id = 'pat-1'): Login {
  const credential = { kind: 'token', id, scope: undefined } as const;
  const actor = { kind: 'user', name: 'ann', accountId: ann.id, isAdministrator: false, credential } as const;
  return { actor, authenticatedAt: clock.now(), refreshTokenId: undefined };
}

async function logIn(service: TestTokenService): Promise<string> {
  const secret = await service.tokens.createRefreshToken(loginOf(service), device);
  assert.match(secret ?? '', /^lading_rfr_[0-9A-Za-z]{36}$/);
  return secret ?? '';
}

test('a device is listed with what it called itself, from where, and when it was used', async () => {
  await using service = await startTokenService();
  const secret = await logIn(service);
  const start = service.clock.now();
  service.clock.advance(3_600_000);
  await service.refreshTokens.use(secret, elsewhere);
  const [token, ...others] = await service.refreshTokens.list(service.ann.id);
  assert.equal(others.length, 0);
  assert.deepEqual(token, {
    id: token?.id,
    clientId: 'docker',
    createdAt: start,
    createdFrom: '192.0.2.1',
    lastUsedAt: start + 3_600_000,
    lastUsedFrom: '192.0.2.9',
    expiresAt: start + 3_600_000 + 90 * day,
  });
  assert.deepEqual(await service.refreshTokens.list(8), []);
});

test('the secret is kept nowhere', async () => {
  await using service = await startTokenService();
  const secret = await logIn(service);
  const rows = await service.db.reads.selectFrom('refresh_token').selectAll().execute();
  assert.ok(!JSON.stringify(rows).includes(secret.slice(11, 40)));
});

test('it is good for 90 days after its last use, and again after each', async () => {
  await using service = await startTokenService();
  const secret = await logIn(service);
  for (let use = 0; use < 3; use += 1) {
    service.clock.advance(90 * day - 1);
    assert.ok(await service.tokens.useRefreshToken(secret, elsewhere));
  }
  service.clock.advance(90 * day);
  assert.equal(await service.tokens.useRefreshToken(secret, elsewhere), undefined);
  assert.deepEqual(await service.refreshTokens.list(service.ann.id), []);
});

test('a use within ten minutes of the last is not written down', async () => {
  await using service = await startTokenService();
  const secret = await logIn(service);
  service.clock.advance(599_999);
  await service.refreshTokens.use(secret, elsewhere);
  assert.equal((await service.refreshTokens.list(service.ann.id))[0]?.lastUsedFrom, '192.0.2.1');
  service.clock.advance(1);
  await service.refreshTokens.use(secret, elsewhere);
  assert.equal((await service.refreshTokens.list(service.ann.id))[0]?.lastUsedFrom, '192.0.2.9');
});

test('revoked, it is worth nothing; by another account it cannot be', async () => {
  await using service = await startTokenService();
  const secret = await logIn(service);
  const id = (await service.refreshTokens.list(service.ann.id))[0]?.id ?? '';
  assert.equal(await service.refreshTokens.revoke({ accountId: 8, id }), 0);
  assert.ok(await service.tokens.useRefreshToken(secret, elsewhere));
  assert.equal(await service.refreshTokens.revoke({ accountId: service.ann.id, id }), 1);
  assert.equal(await service.tokens.useRefreshToken(secret, elsewhere), undefined);
  assert.equal(await service.refreshTokens.isLive(id), false);
});

test('all devices of an account are logged out at once, and nobody else’s', async () => {
  await using service = await startTokenService();
  await logIn(service);
  await logIn(service);
  const holder = {
    accountId: 8,
    workload: undefined,
    credential: { kind: 'password', id: undefined },
    authenticatedAt: 0,
  } as const;
  await service.refreshTokens.create(holder, device);
  await service.refreshTokens.revoke({ accountId: service.ann.id, id: undefined });
  assert.deepEqual(await service.refreshTokens.list(service.ann.id), []);
  assert.equal((await service.refreshTokens.list(8)).length, 1);
});

test('beyond a thousand devices the one used longest ago goes', { timeout: 60_000 }, async () => {
  await using service = await startTokenService();
  const first = await logIn(service);
  service.clock.advance(1);
  const second = await logIn(service);
  const rows = Array.from({ length: 998 }, (_, index) => ({
    id: `id-${index}`,
    secret_hash: `hash-${index}`,
    account_id: service.ann.id,
    credential_kind: 'token' as const,
    credential_id: 'pat-1',
    authenticated_at: 0,
    client_id: null,
    created_at: 0,
    created_from: '',
    last_used_at: service.clock.now() + 1,
    last_used_from: '',
    expires_at: service.clock.now() + day,
  }));
  await service.db.transaction((trx) => trx.insertInto('refresh_token').values(rows).execute());
  await logIn(service);
  assert.equal((await service.refreshTokens.list(service.ann.id)).length, 1000);
  assert.equal(await service.tokens.useRefreshToken(first, elsewhere), undefined);
  assert.ok(await service.tokens.useRefreshToken(second, elsewhere));
});

test('who has no account gets none', async () => {
  await using service = await startTokenService();
  const login = loginOf(service);
  const workload = { ...login.actor, kind: 'workload', accountId: undefined } as const;
  assert.equal(await service.tokens.createRefreshToken({ ...login, actor: workload }, device), undefined);
});

test('what a client calls itself is shortened and cannot steer a terminal', async () => {
  await using service = await startTokenService();
  await service.tokens.createRefreshToken(loginOf(service), {
    ...device,
    clientId: `\u001b[2J${'x'.repeat(500)}`,
  });
  const [token] = await service.refreshTokens.list(service.ann.id);
  assert.match(token?.clientId ?? '', /^\ufffd\[2Jx{96}$/);
});
