import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Hub, startHub } from '../suite/start-hub.ts';
import { accessRoutes } from './access-routes.ts';

const values: Readonly<Record<string, string>> = {
  organisation: 'acme',
  namespace: 'acme',
  user: 'bob',
  team: 'devs',
  role: 'puller',
  grant: '00000000-0000-4000-8000-000000000000',
  'name+': 'acme/app',
};
/** For everybody who is logged in. Their handlers narrow what they show. */
const forUsers = ['organisation.list', 'organisation.create', 'access.explain'];
/** For each user about himself. */
const forOneself = ['user.organisation.leave'];

describe('every route of access', () => {
  let hub: Hub;
  before(async () => {
    hub = await startHub();
    for (const name of ['root', 'ann', 'bob', 'eve']) hub.accounts.add(name);
    await hub.as('ann', 'POST /api/v1/organisations', { name: 'acme' });
    await hub.as('ann', 'PUT /api/v1/organisations/acme/members/bob', { role: 'reader' });
    await hub.push('ann', 'acme/app');
  });
  after(() => hub[Symbol.asyncDispose]());

  const routes = accessRoutes({ db: { reads: undefined } } as never);
  for (const { name, method, path } of routes) {
    const target = path.replace(/\{([^}]+)\}/g, (_, parameter: string) => values[parameter] ?? '');
    const line = `${method} ${target}`;

    test(`${line}: nobody → 401, before the body is looked at`, async () => {
      assert.equal((await hub.as(undefined, line)).status, 401);
    });

    if (forUsers.includes(name)) continue;

    test(`${line}: who has nothing there → 404, as for what does not exist`, async () => {
      const answer = await hub.as('eve', line);
      assert.equal(answer.status, 404);
      const absent = target.replace('/acme', '/gone');
      const other = await hub.as('eve', `${method} ${absent}`);
      assert.equal(other.status, 404);
      const shape = ({ text }: { text: string }) =>
        text.replaceAll('gone', 'acme').replace(/"request_id":"[^"]*"/, '');
      assert.equal(shape(other), shape(answer));
    });

    if (forOneself.includes(name)) continue;

    test(`${line}: a reader → ${method === 'GET' ? 'what he may see' : '403'}`, async () => {
      const { status } = await hub.as('bob', line);
      const isForOwners = method !== 'GET' || name === 'namespace.grant.list';
      assert.equal(status === 403, isForOwners, String(status));
    });

    test(`${line}: an owner is not refused`, async () => {
      // Without a body nothing is changed, and what takes none is asked of what is not there.
      const { status } = await hub.as(
        'ann',
        method === 'DELETE' ? line.replace(/bob|devs|app$/, 'none') : line,
      );
      if (name === 'organisation.delete') assert.equal(status, 409);
      else assert.ok(![401, 403].includes(status), String(status));
    });
  }
});
