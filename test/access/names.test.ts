import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ACCOUNT_PASSWORD,
  type AccountsServer,
  buildImage,
  startAccountsServer,
} from '../../src/testing/index.ts';
import { pushAs } from './harness/push-as.ts';

let server: AccountsServer;
let eve: string;
const image = buildImage();
before(async () => {
  server = await startAccountsServer();
  eve = await server.addUser('eve');
  // As adopted from a registry without accounts: nobody has been told who owns it.
  await server.storage.db.transaction((trx) =>
    trx
      .insertInto('repository')
      .values({ name: 'legacy/app', created_at: 0, listed: 1 } as never)
      .execute(),
  );
});
after(() => server[Symbol.asyncDispose]());

const make = (as: string, body: object) => server.api('POST /api/v1/organisations', { as, body });

test('nobody gets the repositories of before by taking their name', async () => {
  const refused = await make(eve, { name: 'legacy' });
  assert.equal(refused.status, 409);
  const reserved = await make(eve, { name: 'admin' });
  const shape = (text: Buffer) => text.toString().replaceAll(/legacy|admin|"request_id":"[^"]*"/g, '');
  assert.equal(
    shape(refused.body),
    shape(reserved.body),
    'tells no more than that the name is taken or reserved',
  );
  assert.equal((await make(eve, { name: 'legacy', takes_over_repositories: true })).status, 403);
});

test('an administrator does by saying so, for organisations and for users', async () => {
  const { root } = server;
  for (const line of ['POST /api/v1/organisations', 'POST /api/v1/users']) {
    const refused = await server.api(line, { as: root, body: { name: 'legacy' } });
    assert.equal(refused.status, 409);
    assert.match(refused.body.toString(), /takes_over_repositories/);
  }
  const body = { name: 'legacy', password: ACCOUNT_PASSWORD, takes_over_repositories: true };
  await server.must('POST /api/v1/users', { as: root, body });
});

test('a name that begins like another’s is nobody’s', async () => {
  await server.must('POST /api/v1/organisations', { as: eve, body: { name: 'legac' } });
  await server.must('POST /api/v1/organisations', { as: eve, body: { name: 'legacy0' } });
});

test('old names of what was moved away are not taken over with an organisation’s name', async () => {
  const { root } = server;
  await server.must('POST /api/v1/organisations', { as: root, body: { name: 'gone-soon' } });
  await server.must('POST /api/v1/organisations', { as: root, body: { name: 'stays' } });
  await pushAs(server, root, { repository: 'gone-soon/app', image });
  await server.must('POST /api/v1/repositories/gone-soon/app/move', { as: root, body: { to: 'stays/app' } });
  await server.must('DELETE /api/v1/organisations/gone-soon', { as: root });
  assert.equal((await make(eve, { name: 'gone-soon' })).status, 409);
});

test('who gets a name after somebody else does not read what the log says of that one', async () => {
  const { root } = server;
  await server.must('POST /api/v1/organisations', { as: root, body: { name: 'passed-on' } });
  await server.must('PUT /api/v1/organisations/passed-on/members/eve', {
    as: root,
    body: { role: 'reader' },
  });
  await server.must('DELETE /api/v1/organisations/passed-on', { as: root });
  await server.must('POST /api/v1/organisations', { as: eve, body: { name: 'passed-on' } });
  const { items } = await server.must('GET /api/v1/audit?namespace=passed-on', { as: eve });
  assert.deepEqual(
    (items as { action: string }[]).map(({ action }) => action),
    ['organisation.create'],
  );
  const all = await server.must('GET /api/v1/audit?namespace=passed-on', { as: root });
  assert.equal((all.items as unknown[]).length, 4);
  const exported = await server.api('GET /api/v1/audit/export?namespace=passed-on', { as: eve });
  assert.equal(exported.body.toString().trim().split('\n').length, 1);
});

test('stars are their account’s: they go with it, and nobody has them with the name', async () => {
  const { root } = server;
  const body = { name: 'starred', visibility: 'public' };
  await server.must('POST /api/v1/repositories', { as: root, body });
  const ann = await server.addUser('ann');
  const at = '/api/v1/repositories/starred';
  await server.must(`PUT ${at}/star`, { as: ann });
  await server.must(`PUT ${at}/star`, { as: root });
  const view = async (as: string) => {
    const { star_count, starred } = await server.must(`GET ${at}`, { as });
    return [star_count, starred];
  };
  assert.deepEqual(await view(ann), [2, true]);
  await server.must('DELETE /api/v1/users/ann', { as: root });
  const later = await server.addUser('ann');
  assert.deepEqual(await view(later), [1, false]);
  assert.deepEqual((await server.must('GET /api/v1/stars', { as: later })).items, []);
  assert.deepEqual(await view(root), [1, true]);
});
