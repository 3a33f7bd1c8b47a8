import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Actor, type Guard, Problem, type RouteRecord, refusing } from '../http/index.ts';
import { OciError } from '../oci/index.ts';
import { originOf } from '../rest/index.ts';
import { ask, startTestServer } from '../testing/index.ts';
import { createAuditedGuard } from './audited-guard.ts';
import { auditedRoutes } from './audited-routes.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';

const alice: Actor = {
  kind: 'user',
  name: 'alice',
  accountId: 7,
  isAdministrator: false,
  credential: { kind: 'token', id: 't1', scope: undefined },
};

let asked = 0;
/** `Authorization: bad` is no good; `good` is alice, who may not delete. */
const guard: Guard = {
  async admit({ authorization, access }) {
    asked += 1;
    if (authorization === 'bad') throw new OciError('UNAUTHORIZED', 'The password is wrong.');
    const actor = authorization === 'good' ? alice : undefined;
    if (typeof access !== 'string' && access.actions.includes('delete')) {
      if (!actor) throw new OciError('UNAUTHORIZED', 'Log in first.');
      throw refusing(new Problem('forbidden', 'alice may not delete.', { status: 403 }), actor);
    }
    return { actor, may: async () => true };
  },
};

async function start() {
  const open = await openAudit();
  const route = (change: Partial<RouteRecord>): RouteRecord => ({
    name: 'thing.create',
    method: 'POST',
    path: '/api/v1/repositories/{name+}/things',
    surface: 'api',
    access: ({ name = '' }) => ({ type: 'repository', name, actions: ['settings'] }),
    handle: async () => ({ status: 204 }),
    ...change,
  });
  const routes = [
    route({}),
    route({ method: 'GET', name: 'thing.list' }),
    route({
      method: 'DELETE',
      name: 'thing.delete',
      access: ({ name = '' }) => ({ type: 'repository', name, actions: ['delete'] }),
    }),
    route({
      method: 'PATCH',
      name: 'thing.update',
      handle: async (call) => {
        await open.record(anEntry({ action: 'own', origin: originOf(call) }));
        return { status: 204 };
      },
    }),
    route({
      method: 'PUT',
      name: 'thing.put',
      handle: async () => {
        throw new Problem('forbidden', 'Not this one.', { status: 403 });
      },
    }),
    route({
      name: 'thing.log-in',
      path: '/api/v1/login',
      access: () => 'public',
      handle: async (call) => {
        open.audit.refused(anEntry({ action: 'thing.log-in', origin: originOf(call), reason: 'wrong code' }));
        throw new Problem('unauthorized', 'The code is wrong.', { status: 401 });
      },
    }),
    route({
      method: 'DELETE',
      name: 'repository.tag.delete',
      path: '/api/v1/repositories/{name+}/tags/{tag}',
    }),
    route({
      name: 'thing.fail',
      path: '/api/v1/fail',
      access: () => 'optional',
      handle: async () => {
        throw new Problem('conflict', 'There is one.', { status: 409 });
      },
    }),
  ];
  const server = await startTestServer({
    store: 'memory',
    guard: createAuditedGuard(guard, open.audit),
    routes: auditedRoutes(routes, open),
  });
  const send = (line: string, authorization?: string) =>
    ask(server, line, authorization === undefined ? {} : { headers: { Authorization: authorization } });
  const lines = async () => {
    await open.audit.flush();
    return (await open.rows()).map((row) => [row.action, row.outcome, row.actor, row.resource, row.reason]);
  };
  const stop = async () => {
    await server.close();
    await open[Symbol.asyncDispose]();
  };
  return { open, send, lines, [Symbol.asyncDispose]: stop };
}

const things = '/api/v1/repositories/acme/app/things';

test('a change whose handler recorded nothing is recorded, with who, from where and on what', async () => {
  await using api = await start();
  await api.send(`POST ${things}`, 'good');
  assert.deepEqual(await api.lines(), [['thing.create', 'done', 'alice', 'acme/app', null]]);
  const [row] = await api.open.rows();
  assert.equal(row?.namespace, 'acme');
  assert.equal(row?.credential_id, 't1');
  assert.equal(row?.remote_address, '127.0.0.1');
  assert.match(row?.request_id ?? '', /\S/);
});

test('a change that its handler recorded is recorded once; reads and conflicts are not', async () => {
  await using api = await start();
  await api.send(`PATCH ${things}`, 'good');
  await api.send(`GET ${things}`, 'good');
  assert.equal((await api.send('POST /api/v1/fail', 'good')).status, 409);
  assert.deepEqual(
    (await api.lines()).map(([action]) => action),
    ['own'],
  );
});

test('a delete whose event becomes the line is not recorded here, too; that it was refused is', async () => {
  await using api = await start();
  assert.equal((await api.send('DELETE /api/v1/repositories/acme/app/tags/v1', 'good')).status, 204);
  assert.deepEqual(await api.lines(), []);
  assert.equal((await api.send('DELETE /api/v1/repositories/acme/app/tags/v1', 'bad')).status, 401);
  assert.equal((await api.lines()).length, 1);
});

test('a write that the guard refuses is noted: who it was when it was somebody, and why', async () => {
  await using api = await start();
  asked = 0;
  const refused = await api.send(`DELETE ${things}`, 'good');
  assert.equal(refused.status, 403);
  assert.equal(asked, 1, 'no password is compared twice');
  assert.equal((await api.send(`DELETE ${things}`)).status, 401);
  assert.equal((await api.send(`DELETE ${things}`, 'bad')).status, 401);
  assert.equal((await api.send(`GET ${things}`, 'bad')).status, 401);
  assert.deepEqual(await api.lines(), [
    ['delete', 'refused', 'alice', 'acme/app', 'alice may not delete.'],
    ['delete', 'refused', null, 'acme/app', 'Log in first.'],
    ['delete', 'refused', null, 'acme/app', 'The password is wrong.'],
  ]);
  const [row] = await api.open.rows();
  assert.equal(row?.request_id, refused.header('x-request-id'));
  assert.equal(row?.credential_id, 't1');
});

test('a write that its handler refuses is noted', async () => {
  await using api = await start();
  assert.equal((await api.send(`PUT ${things}`, 'good')).status, 403);
  assert.deepEqual(await api.lines(), [['thing.put', 'refused', 'alice', 'acme/app', 'Not this one.']]);
});

test('a refusal that its handler noted with its own reason is one line', async () => {
  await using api = await start();
  assert.equal((await api.send('POST /api/v1/login')).status, 401);
  assert.deepEqual(
    (await api.lines()).map(([action, outcome, , , reason]) => [action, outcome, reason]),
    [['thing.log-in', 'refused', 'wrong code']],
  );
});
