import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hub, startHub } from '../suite/start-hub.ts';

/** acme, owned by ann; bob and eve have nothing. */
async function hubWithAcme(): Promise<Hub> {
  const hub = await startHub();
  for (const name of ['ann', 'bob', 'eve']) hub.accounts.add(name);
  assert.equal((await hub.as('ann', 'POST /api/v1/organisations', { name: 'acme' })).status, 201);
  return hub;
}

const member = (hub: Hub, as: string, user: string, role: string) =>
  hub.as(as, `PUT /api/v1/organisations/acme/members/${user}`, { role });
const grant = (hub: Hub, as: string, subject: object, role: string, pattern: string) =>
  hub.as(as, 'POST /api/v1/namespaces/acme/grants', { subject, role, pattern });

test('nobody gives more than he has: not by membership, grant, team or by deposing an owner', async () => {
  await using hub = await hubWithAcme();
  const actions = [
    'namespace:view',
    'namespace:members',
    'namespace:grants',
    'namespace:teams',
    'repository:pull',
  ];
  await hub.as('ann', 'PUT /api/v1/namespaces/acme/roles/people', { actions });
  await member(hub, 'ann', 'bob', 'people');
  await hub.as('ann', 'POST /api/v1/organisations/acme/teams', { name: 'owners' });
  await grant(hub, 'ann', { kind: 'team', name: 'owners' }, 'owner', 'acme/**');
  const of = [
    await member(hub, 'bob', 'bob', 'owner'),
    await member(hub, 'bob', 'eve', 'writer'),
    await member(hub, 'bob', 'ann', 'member'),
    await hub.as('bob', 'DELETE /api/v1/organisations/acme/members/ann'),
    await grant(hub, 'bob', { kind: 'user', name: 'bob' }, 'maintainer', 'acme/app'),
    await hub.as('bob', 'PUT /api/v1/organisations/acme/teams/owners/members/bob'),
    await hub.as('bob', 'PUT /api/v1/namespaces/acme/roles/people', { actions: ['namespace:administer'] }),
  ];
  assert.deepEqual(
    of.map(({ status }) => status),
    of.map(() => 403),
  );
  assert.equal((await member(hub, 'bob', 'eve', 'reader')).status, 200, 'what he has he may give');
});

test('nobody takes away, or ends, what gives more than he has; what he has himself he may', async () => {
  await using hub = await hubWithAcme();
  const actions = ['namespace:view', 'namespace:members', 'namespace:teams', 'repository:pull'];
  await hub.as('ann', 'PUT /api/v1/namespaces/acme/roles/people', { actions });
  await member(hub, 'ann', 'bob', 'people');
  const teams = '/api/v1/organisations/acme/teams';
  for (const [name, role] of [
    ['owners', 'owner'],
    ['readers', 'reader'],
  ] as const) {
    await hub.as('ann', `POST ${teams}`, { name });
    await grant(hub, 'ann', { kind: 'team', name }, role, 'acme/app');
    assert.equal((await hub.as('ann', `PUT ${teams}/${name}/members/eve`)).status, 200);
  }
  for (const line of [
    `PUT ${teams}/owners/members/bob`,
    `DELETE ${teams}/owners/members/eve`,
    `DELETE ${teams}/owners`,
    // A member, of no role but this; what the team gave her would go.
    'DELETE /api/v1/organisations/acme/members/eve',
  ]) {
    const { status, text } = await hub.as('bob', line);
    assert.equal(status, 403, line);
    assert.match(text, /which you may not do yourself on all of acme/);
  }
  assert.equal((await hub.as('ann', `GET ${teams}/owners/members`)).text.includes('eve'), true);
  for (const line of [
    `PUT ${teams}/readers/members/bob`,
    `DELETE ${teams}/readers/members/eve`,
    `DELETE ${teams}/readers`,
  ]) {
    assert.ok((await hub.as('bob', line)).status < 300, line);
  }
});

test('who administers without all rights makes no role of what he has not, his own least of all', async () => {
  await using hub = await hubWithAcme();
  const roles = '/api/v1/namespaces/acme/roles';
  const weak = { actions: ['namespace:view', 'namespace:administer', 'repository:pull'] };
  await hub.as('ann', `PUT ${roles}/clerk`, weak);
  await hub.as('ann', `PUT ${roles}/pusher`, { actions: ['repository:push'] });
  await member(hub, 'ann', 'bob', 'clerk');
  const more = { actions: [...weak.actions, 'repository:push'] };
  assert.equal((await hub.as('bob', `PUT ${roles}/clerk`, more)).status, 403);
  assert.equal((await hub.as('bob', `PUT ${roles}/new`, more)).status, 403);
  assert.equal((await hub.as('bob', `PUT ${roles}/pusher`, { actions: [] })).status, 403);
  assert.equal((await hub.as('bob', `DELETE ${roles}/pusher`)).status, 403);
  assert.equal((await hub.as('bob', `PUT ${roles}/new`, weak)).status, 200);
  assert.equal((await hub.as('bob', `DELETE ${roles}/new`)).status, 204);
});

test('a repository is neither made public nor moved away by who may do less with it than others then may', async () => {
  await using hub = await hubWithAcme();
  await hub.push('ann', 'acme/app');
  const actions = ['repository:settings', 'repository:administer'];
  await hub.as('ann', 'PUT /api/v1/namespaces/acme/roles/porter', { actions });
  await member(hub, 'ann', 'bob', 'porter');
  const show = { visibility: 'public' };
  const refused = [
    await hub.as('bob', 'PUT /api/v1/repositories/acme/app/visibility', show),
    await hub.as('bob', 'POST /api/v1/repositories/acme/app/move', { to: 'bob/app' }),
  ];
  assert.deepEqual(
    refused.map(({ status }) => status),
    [403, 403],
  );
  assert.match(refused[0]?.text ?? '', /lets others pull acme\/app/);
  const hide = { visibility: 'private' };
  assert.equal((await hub.as('bob', 'PUT /api/v1/repositories/acme/app/visibility', hide)).status, 200);
});
