import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNotLastOwner } from '../assert-not-last-owner.ts';
import { type Hub, startHub } from '../suite/start-hub.ts';

/** SHA-256 of nothing, which is what `push` pushes. */
const blob = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** acme, owned by ann; eve has nothing; root is an administrator. */
async function hubWithAcme(): Promise<Hub> {
  const hub = await startHub();
  for (const name of ['root', 'ann', 'bob', 'eve']) hub.accounts.add(name);
  assert.equal((await hub.as('ann', 'POST /api/v1/organisations', { name: 'acme' })).status, 201);
  return hub;
}

const pull = async (hub: Hub, who: string | undefined, repository: string) =>
  (await hub.as(who, `HEAD /v2/${repository}/blobs/${blob}`)).status;
const member = (hub: Hub, as: string, user: string, role: string) =>
  hub.as(as, `PUT /api/v1/organisations/acme/members/${user}`, { role });
const grant = (hub: Hub, as: string, subject: object, role: string, pattern: string) =>
  hub.as(as, 'POST /api/v1/namespaces/acme/grants', { subject, role, pattern });

describe('organisations', () => {
  test('who makes one owns it; its name is nobody else’s', async () => {
    await using hub = await hubWithAcme();
    for (const name of ['acme', 'ann', 'library', 'v2', 'api']) {
      assert.equal((await hub.as('bob', 'POST /api/v1/organisations', { name })).status, 409, name);
    }
    assert.equal((await hub.as('bob', 'POST /api/v1/organisations', { name: 'A/b' })).status, 400);
    assert.equal((await hub.as(undefined, 'POST /api/v1/organisations', { name: 'x1' })).status, 401);
    const members = await hub.as('ann', 'GET /api/v1/organisations/acme/members');
    assert.deepEqual(
      (members.body.items as { name: string; role: string }[]).map(({ name, role }) => [name, role]),
      [['ann', 'owner']],
    );
    assert.equal(hub.audited.at(0)?.action, 'organisation.create');
    assert.equal(hub.audited.at(0)?.origin.actor?.name, 'ann');
  });

  test('are listed to their members, and all of them to administrators, page by page', async () => {
    await using hub = await hubWithAcme();
    await hub.as('bob', 'POST /api/v1/organisations', { name: 'beta' });
    const names = (answer: { body: Record<string, unknown> }) =>
      (answer.body.items as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names(await hub.as('ann', 'GET /api/v1/organisations')), ['acme']);
    assert.deepEqual(names(await hub.as('eve', 'GET /api/v1/organisations')), []);
    const first = await hub.as('root', 'GET /api/v1/organisations?limit=1');
    assert.deepEqual(names(first), ['acme']);
    assert.deepEqual(
      names(await hub.as('root', `GET /api/v1/organisations?limit=1&cursor=${first.body.next}`)),
      ['beta'],
    );
  });

  test('go only when they have no repositories, and leave no rights to the next of that name', async () => {
    await using hub = await hubWithAcme();
    await member(hub, 'ann', 'bob', 'writer');
    assert.equal(await hub.push('bob', 'acme/app'), 201);
    assert.equal((await hub.as('ann', 'DELETE /api/v1/organisations/acme')).status, 409);
    assert.equal((await hub.as('ann', 'DELETE /api/v1/repositories/acme/app')).status, 204);
    assert.equal((await hub.as('bob', 'DELETE /api/v1/organisations/acme')).status, 403);
    assert.equal((await hub.as('ann', 'DELETE /api/v1/organisations/acme')).status, 204);
    assert.equal(await hub.push('bob', 'acme/app'), 401);
    assert.equal(await hub.push('root', 'acme/app'), 403, 'no namespace: not for administrators either');
    await hub.as('eve', 'POST /api/v1/organisations', { name: 'acme' });
    assert.equal(await hub.push('bob', 'acme/app'), 401);
    assert.equal(await hub.push('eve', 'acme/app'), 201);
  });

  test('keep an owner', async () => {
    await using hub = await hubWithAcme();
    assert.equal((await member(hub, 'ann', 'ann', 'reader')).status, 409);
    assert.equal((await hub.as('root', 'DELETE /api/v1/organisations/acme/members/ann')).status, 409);
    assert.equal((await member(hub, 'ann', 'bob', 'owner')).status, 200);
    assert.equal((await hub.as('bob', 'DELETE /api/v1/organisations/acme/members/ann')).status, 204);
    assert.equal((await hub.as('ann', 'GET /api/v1/organisations/acme')).status, 404);
  });
});

describe('a member', () => {
  test('leaves by himself, with all that he had there; nobody else for him, and no last owner', async () => {
    await using hub = await hubWithAcme();
    await member(hub, 'ann', 'bob', 'writer');
    const leave = (who: string, name = who) => hub.as(who, `DELETE /api/v1/users/${name}/organisations/acme`);
    assert.equal((await leave('eve', 'bob')).status, 404);
    assert.equal((await leave('ann', 'bob')).status, 404, 'an owner takes him out by another route');
    assert.equal((await leave('eve')).status, 404, 'who is no member');
    assert.equal((await leave('bob')).status, 204);
    assert.equal(await hub.push('bob', 'acme/app'), 401);
    assert.equal((await leave('bob')).status, 404);
    const last = await leave('ann');
    assert.equal(last.status, 409);
    assert.match(last.text, /last owner/);
    await member(hub, 'ann', 'bob', 'owner');
    assert.equal((await leave('ann')).status, 204);
  });
});

describe('who is the last owner of an organisation', () => {
  test('cannot be deleted or disabled; who logs in no more does not count as another', async () => {
    await using hub = await hubWithAcme();
    await hub.as('ann', 'POST /api/v1/organisations', { name: 'beta' });
    const { accounts } = hub.context;
    const ann = await accounts.find('ann');
    assert.ok(ann);
    const check = () => hub.db.transaction((trx) => assertNotLastOwner(accounts, trx, ann));
    await assert.rejects(check, { code: 'conflict', message: /^ann is the last owner of acme, beta\. Make/ });
    await member(hub, 'ann', 'bob', 'owner');
    await assert.rejects(check, { message: /last owner of beta\./ });
    await hub.as('ann', 'PUT /api/v1/organisations/beta/members/eve', { role: 'owner' });
    await check();
    hub.accounts.change('eve', { isDisabled: true });
    await assert.rejects(check, { message: /last owner of beta\./ });
  });
});

describe('rights', () => {
  test('of a member, a team, a grant: there at once, and gone at the very next request', async () => {
    await using hub = await hubWithAcme();
    assert.equal(await hub.push('ann', 'acme/app'), 201);
    assert.equal(await pull(hub, 'bob', 'acme/app'), 401);

    await member(hub, 'ann', 'bob', 'reader');
    assert.equal(await pull(hub, 'bob', 'acme/app'), 200);
    assert.equal(await hub.push('bob', 'acme/app'), 401);
    assert.equal((await hub.as('ann', 'DELETE /api/v1/organisations/acme/members/bob')).status, 204);
    assert.equal(await pull(hub, 'bob', 'acme/app'), 401);

    await hub.as('ann', 'POST /api/v1/organisations/acme/teams', { name: 'devs' });
    await grant(hub, 'ann', { kind: 'team', name: 'devs' }, 'writer', 'acme/app');
    assert.equal((await hub.as('ann', 'PUT /api/v1/organisations/acme/teams/devs/members/bob')).status, 200);
    assert.equal(await hub.push('bob', 'acme/app'), 201);
    assert.equal(await hub.push('bob', 'acme/new'), 401);
    assert.equal(
      (await hub.as('ann', 'DELETE /api/v1/organisations/acme/teams/devs/members/bob')).status,
      204,
    );
    assert.equal(await hub.push('bob', 'acme/app'), 401);

    const made = await grant(hub, 'ann', { kind: 'user', name: 'bob' }, 'writer', 'acme/**');
    assert.equal(made.status, 201);
    assert.equal(await hub.push('bob', 'acme/new'), 201);
    assert.equal((await hub.as('ann', `DELETE /api/v1/namespaces/acme/grants/${made.body.id}`)).status, 204);
    assert.equal(await hub.push('bob', 'acme/new'), 401);
  });

  test('a role of one’s own allows what it says, changes at once, and cannot go while somebody has it', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    const role = '/api/v1/namespaces/acme/roles/puller';
    assert.equal((await hub.as('ann', `PUT ${role}`, { actions: ['repository:pull'] })).status, 200);
    assert.equal((await grant(hub, 'ann', { kind: 'user', name: 'bob' }, 'puller', 'acme/**')).status, 201);
    assert.equal(await pull(hub, 'bob', 'acme/app'), 200);
    assert.equal((await hub.as('ann', `PUT ${role}`, { actions: [] })).status, 200);
    assert.equal(await pull(hub, 'bob', 'acme/app'), 401);
    assert.equal((await hub.as('ann', `DELETE ${role}`)).status, 409);
    assert.equal((await hub.as('ann', `PUT ${role}`, { actions: ['repository:fly'] })).status, 400);
    assert.equal(
      (await hub.as('ann', 'PUT /api/v1/namespaces/acme/roles/owner', { actions: [] })).status,
      409,
    );
    assert.equal((await grant(hub, 'ann', { kind: 'user', name: 'bob' }, 'nothing', 'acme/**')).status, 400);
  });

  test('a limited token does not reach what its owner may', async () => {
    await using hub = await hubWithAcme();
    const limited = `ann:${JSON.stringify({ actions: ['pull', 'push'], repositories: ['acme/app'] })}`;
    assert.equal(await hub.push(limited, 'acme/app'), 201);
    assert.equal(await hub.push(limited, 'acme/other'), 401);
    const refused = await member(hub, limited, 'bob', 'owner');
    assert.equal(refused.status, 403);
    assert.match(refused.text, /token/);
    assert.equal((await hub.as(limited, 'POST /api/v1/organisations', { name: 'mine' })).status, 403);
  });

  for (const pattern of ['**', 'acme', 'beta/**', '*/app']) {
    test(`a grant on ${pattern} → 400: not of the namespace`, async () => {
      await using hub = await hubWithAcme();
      assert.equal((await grant(hub, 'ann', { kind: 'user', name: 'bob' }, 'reader', pattern)).status, 400);
    });
  }
});

describe('repositories', () => {
  test('are as public as their namespace says, and changes of that count at once', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    const visibility = '/api/v1/repositories/acme/app/visibility';
    assert.equal((await hub.as(undefined, `GET ${visibility}`)).status, 401);
    assert.equal((await hub.as('eve', `GET ${visibility}`)).status, 404);
    assert.equal((await hub.as('ann', `PUT ${visibility}`, { visibility: 'public' })).status, 200);
    assert.deepEqual((await hub.as(undefined, `GET ${visibility}`)).body, {
      name: 'acme/app',
      visibility: 'public',
    });
    assert.equal(await pull(hub, 'eve', 'acme/app'), 200);
    assert.equal((await hub.as('eve', `PUT ${visibility}`, { visibility: 'private' })).status, 403);
    const settings = '/api/v1/namespaces/acme/settings';
    assert.equal((await hub.as('ann', `PATCH ${settings}`, { default_visibility: 'public' })).status, 200);
    await hub.push('ann', 'acme/second');
    assert.equal(await pull(hub, 'eve', 'acme/second'), 200);
  });

  test('official ones are made by administrators alone', async () => {
    await using hub = await hubWithAcme();
    assert.equal(await hub.push('ann', 'nginx'), 401);
    assert.equal(await hub.push('root', 'nginx'), 201);
    assert.equal(await pull(hub, 'ann', 'nginx'), 401);
    await hub.as('root', 'PUT /api/v1/repositories/nginx/visibility', { visibility: 'public' });
    assert.equal(await pull(hub, 'ann', 'nginx'), 200);
    assert.equal(await hub.push('ann', 'nginx'), 401);
  });

  test('move with their content, into a namespace where one may make some', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    await hub.as('bob', 'POST /api/v1/organisations', { name: 'beta' });
    const move = (as: string, from: string, to: string) =>
      hub.as(as, `POST /api/v1/repositories/${from}/move`, { to });
    assert.equal((await move('eve', 'acme/app', 'eve/app')).status, 404);
    assert.equal((await move('ann', 'acme/app', 'beta/app')).status, 403);
    assert.equal((await move('ann', 'acme/app', 'nowhere/app')).status, 403);
    assert.equal((await move('root', 'acme/app', 'nowhere/app')).status, 409);
    assert.equal((await move('ann', 'acme/app', 'acme/app')).status, 409);
    assert.equal((await move('ann', 'acme/app', 'acme/UP')).status, 400);
    assert.equal((await move('ann', 'acme/app', 'acme/moved')).status, 200);
    assert.equal(await pull(hub, 'ann', 'acme/moved'), 200);
    const { authorizer } = hub.context;
    assert.equal(authorizer.resolveRepositoryName('acme/app' as never), 'acme/moved');
    // A second move: one step from the first name is still enough. A move back ends the redirect.
    assert.equal((await move('ann', 'acme/moved', 'ann/app')).status, 200);
    assert.equal(authorizer.resolveRepositoryName('acme/app' as never), 'ann/app');
    assert.equal((await move('ann', 'ann/app', 'acme/app')).status, 200);
    assert.equal(authorizer.resolveRepositoryName('acme/app' as never), 'acme/app');
    assert.equal(await pull(hub, 'ann', 'acme/app'), 200);
    const events = await hub.db.reads.selectFrom('event').select('body').execute();
    assert.equal(events.filter(({ body }) => body.includes('repository.renamed')).length, 3);
  });

  test('a push to the old name of one that moved makes it anew, with rights of its own', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    await hub.as('ann', 'PUT /api/v1/repositories/acme/app/visibility', { visibility: 'public' });
    await hub.as('ann', 'POST /api/v1/repositories/acme/app/move', { to: 'ann/app' });
    assert.equal(await hub.push('ann', 'acme/app'), 201);
    assert.equal(hub.context.authorizer.resolveRepositoryName('acme/app' as never), 'acme/app');
    assert.equal(await pull(hub, 'eve', 'acme/app'), 401);
    assert.equal(await pull(hub, 'eve', 'ann/app'), 200);
  });

  test('go with everything, and those who may not see them do not hear whether they were there', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    assert.equal((await hub.as('eve', 'DELETE /api/v1/repositories/acme/app')).status, 404);
    assert.equal((await hub.as('eve', 'DELETE /api/v1/repositories/acme/none')).status, 404);
    assert.equal((await hub.as('ann', 'DELETE /api/v1/repositories/acme/app')).status, 204);
    assert.equal((await hub.as('ann', 'DELETE /api/v1/repositories/acme/app')).status, 404);
    assert.equal(await pull(hub, 'ann', 'acme/app'), 404);
  });
});

describe('explain', () => {
  const why = (hub: Hub, as: string, query: string) => hub.as(as, `GET /api/v1/access/explain?${query}`);

  test('says which rule allows', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    await hub.as('ann', 'POST /api/v1/organisations/acme/teams', { name: 'devs' });
    const made = await grant(hub, 'ann', { kind: 'team', name: 'devs' }, 'writer', 'acme/*');
    await hub.as('ann', 'PUT /api/v1/organisations/acme/teams/devs/members/bob');
    const { body } = await why(hub, 'ann', 'actor=bob&action=push&resource=repository:acme/app');
    assert.equal(body.allowed, true);
    assert.equal(
      body.sentence,
      'bob may push acme/app: the role writer on acme/* was given to the team devs, which bob is in.',
    );
    assert.deepEqual(body.rule, {
      kind: 'grant',
      role: 'writer',
      pattern: 'acme/*',
      team: 'devs',
      grant: made.body.id,
    });
  });

  test('says what would have to change, and that change turns the answer round', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    for (const [action, name, expected] of [
      ['pull', 'acme/app', { role: 'reader', pattern: 'acme/app' }],
      ['push', 'acme/app', { role: 'writer', pattern: 'acme/app' }],
      ['push', 'acme/new', { role: 'writer', pattern: 'acme/**' }],
      ['delete', 'acme/app', { role: 'maintainer', pattern: 'acme/app' }],
      ['administer', 'acme/app', { role: 'owner', pattern: 'acme/app' }],
    ] as const) {
      const question = `actor=eve&action=${action}&resource=repository:${name}`;
      const { body } = await why(hub, 'ann', question);
      assert.equal(body.allowed, false, question);
      const change = (body.would_change as Record<string, string>[]).find(({ kind }) => kind === 'grant');
      assert.deepEqual({ role: change?.role, pattern: change?.pattern }, expected);
      const made = await grant(
        hub,
        'ann',
        { kind: 'user', name: 'eve' },
        change?.role ?? '',
        change?.pattern ?? '',
      );
      assert.equal((await why(hub, 'ann', question)).body.allowed, true, question);
      await hub.as('ann', `DELETE /api/v1/namespaces/acme/grants/${made.body.id}`);
    }
    const anybody = await why(hub, 'ann', 'anonymous=true&action=pull&resource=repository:acme/app');
    const kinds = (anybody.body.would_change as { kind: string }[]).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['log-in', 'make-public']);
  });

  test('about others only to owners and administrators; a disabled account is denied', async () => {
    await using hub = await hubWithAcme();
    assert.equal((await why(hub, 'eve', 'actor=bob&action=pull&resource=repository:acme/app')).status, 403);
    assert.equal(
      (await why(hub, 'eve', 'actor=nobody1&action=pull&resource=repository:acme/app')).status,
      403,
    );
    assert.equal((await why(hub, 'ann', 'actor=bob&action=pull&resource=repository:beta/app')).status, 403);
    await member(hub, 'ann', 'bob', 'reader');
    hub.accounts.change('bob', { isDisabled: true });
    const { body } = await why(hub, 'root', 'actor=bob&action=pull&resource=repository:acme/app');
    assert.equal(body.denial, 'disabled');
  });

  test('tells an owner of a name that nobody has the same as of one with nothing there', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    await hub.push('ann', 'acme/open');
    await hub.as('ann', 'PUT /api/v1/repositories/acme/open/visibility', { visibility: 'public' });
    await hub.as('eve', 'POST /api/v1/organisations', { name: 'beta' });
    hub.accounts.add('dis');
    hub.accounts.change('dis', { isDisabled: true });
    // Of those who are there: a user, an administrator, one who is disabled, an organisation.
    const names = ['nemo', 'bob', 'root', 'dis', 'beta'];
    for (const question of [
      'action=pull&resource=repository:acme/app',
      'action=pull&resource=repository:acme/open',
      'action=push&resource=repository:acme/none',
      'action=members&resource=namespace:acme',
      'action=fly&resource=namespace:acme',
    ]) {
      const told = new Set<string>();
      for (const name of names) {
        const { status, text } = await why(hub, 'ann', `actor=${name}&${question}`);
        told.add(`${status} ${text.replaceAll(name, 'NAME')}`);
      }
      assert.equal(told.size, 1, `${question}\n${[...told].join('\n')}`);
      assert.match([...told][0] ?? '', /^200 /);
    }
    const ofAdministrator = 'actor=root&action=pull&resource=repository:acme/app';
    assert.equal((await why(hub, 'root', ofAdministrator)).body.allowed, true);
    assert.equal((await why(hub, 'root', ofAdministrator.replace('root', 'nemo'))).status, 404);
  });

  test('tells an owner that somebody to whom a rule gives something is disabled', async () => {
    await using hub = await hubWithAcme();
    await member(hub, 'ann', 'bob', 'reader');
    hub.accounts.change('bob', { isDisabled: true });
    const { body } = await why(hub, 'ann', 'actor=bob&action=pull&resource=repository:acme/app');
    assert.equal(body.denial, 'disabled');
  });

  test('says no more about what one may not see than that', async () => {
    await using hub = await hubWithAcme();
    await hub.push('ann', 'acme/app');
    for (const action of ['pull', 'push', 'delete', 'administer']) {
      const answers = [];
      for (const name of ['acme/app', 'acme/none', 'gone/none']) {
        const { text } = await why(hub, 'eve', `action=${action}&resource=repository:${name}`);
        const [namespace = ''] = name.split('/');
        answers.push(text.replaceAll(name, 'NAME').replaceAll(namespace, 'ORG'));
      }
      assert.equal(new Set(answers).size, 1, answers.join('\n'));
    }
  });
});
