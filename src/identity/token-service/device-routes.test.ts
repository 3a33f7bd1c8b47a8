import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqlite } from '../../db/index.ts';
import type { AccessRequirement, Guard } from '../../http/index.ts';
import type { AuditEntry } from '../../rest/index.ts';
import { ask, createFakeClock, startTestServer, temporaryFolder } from '../../testing/index.ts';
import { createUser } from '../accounts/create-user.ts';
import { type IdentityTables, identityMigrations } from '../tables.ts';
import { deviceRoutes } from './device-routes.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import { type TokenServiceTables, tokenServiceMigrations } from './tables.ts';

interface Device {
  readonly id: string;
  readonly client: string;
  readonly created_from: string;
  readonly last_used_at: string;
}

async function start() {
  const started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const migrations = [...identityMigrations, ...tokenServiceMigrations];
  const file = `${folder.path}/lading.db`;
  const db = started.use(await openSqlite<IdentityTables>({ file, migrations }));
  const own = started.use(await openSqlite<TokenServiceTables>({ file, migrations, shared: true }));
  const clock = createFakeClock();
  const refreshTokens = createRefreshTokens({ db: own, clock });
  const entries: AuditEntry[] = [];
  const audit = { record: async (_: unknown, entry: AuditEntry) => void entries.push(entry), refused() {} };
  const asked: unknown[] = [];
  const guard: Guard = {
    async admit({ access }) {
      asked.push(access);
      return { actor: undefined, may: async () => true };
    },
  };
  const routes = deviceRoutes({ db, audit, refreshTokens });
  const server = started.use(await startTestServer({ store: 'memory', guard, routes }));
  const idOf = (name: string) => db.transaction((trx) => createUser(trx, { name, now: clock.now() }));
  const logIn = async (accountId: number, clientId: string) =>
    (await refreshTokens.create(
      { accountId, workload: undefined, credential: { kind: 'password', id: undefined }, authenticatedAt: 0 },
      { clientId, address: '192.0.2.1' },
    )) ?? '';
  const list = async (name: string) =>
    ((await ask(server, `GET /api/v1/users/${name}/devices`)).json() as { items: Device[] }).items;
  return {
    ...{ server, refreshTokens, entries, asked, idOf, logIn, list },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

test('devices are listed without their secrets, and one is logged out, which the audit log tells', async () => {
  await using on = await start();
  const ann = await on.idOf('ann');
  const secret = await on.logIn(ann, 'docker');
  await on.logIn(ann, 'containers/image');
  const devices = await on.list('ann');
  assert.deepEqual(devices.map(({ client }) => client).sort(), ['containers/image', 'docker']);
  assert.equal(devices[0]?.created_from, '192.0.2.1');
  assert.doesNotMatch(JSON.stringify(devices), /lading_rfr|hash/);

  const id = devices.find(({ client }) => client === 'docker')?.id;
  const path = `/api/v1/users/ann/devices/${id}`;
  assert.equal((await ask(on.server, `DELETE ${path}`)).status, 204);
  assert.equal(await on.refreshTokens.use(secret, { address: '' }), undefined);
  assert.equal((await ask(on.server, `DELETE ${path}`)).status, 404);
  assert.deepEqual(
    on.entries.map(({ action, before }) => ({ action, before })),
    [{ action: 'user.device.delete', before: { devices: id } }],
  );
});

test("another user's device is not found under one's own name", async () => {
  await using on = await start();
  const [ann] = [await on.idOf('ann'), await on.idOf('bob')];
  await on.logIn(ann, 'docker');
  const [device] = await on.list('ann');
  assert.equal((await ask(on.server, `DELETE /api/v1/users/bob/devices/${device?.id}`)).status, 404);
  assert.equal((await on.list('ann')).length, 1);
});

test('all devices of one user are logged out', async () => {
  await using on = await start();
  const [ann, bob] = [await on.idOf('ann'), await on.idOf('bob')];
  for (const account of [ann, ann, bob]) await on.logIn(account, 'docker');
  assert.equal((await ask(on.server, 'DELETE /api/v1/users/ann/devices')).status, 204);
  assert.deepEqual(await on.list('ann'), []);
  assert.equal((await on.list('bob')).length, 1);
});

test('every route needs the right to manage the account, and a user that is there', async () => {
  await using on = await start();
  const id = '7f6c0a3e-93a5-4c53-8f0e-0d5f8a2f6f11';
  for (const line of ['GET …', 'DELETE …', `DELETE …/${id}`]) {
    const answer = await ask(on.server, line.replace('…', '/api/v1/users/nobody/devices'));
    assert.equal(answer.status, 404, line);
  }
  const needed: AccessRequirement = { type: 'account', name: 'nobody', actions: ['manage'] };
  assert.deepEqual(on.asked, [needed, needed, needed]);
});
