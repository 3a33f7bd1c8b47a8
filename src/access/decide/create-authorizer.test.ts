import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseRepositoryName } from '../../oci/index.ts';
import { builtInRoles } from '../role.ts';
import { putRedirect, removeRedirects } from '../store/redirects.ts';
import { countChange } from '../store/version.ts';
import { type OpenAccess, openAccess } from '../suite/open-access.ts';

const repositoryActions = ['pull', 'push', 'delete', 'settings', 'administer'];
const namespaceActions = [
  'view',
  'create',
  'members',
  'teams',
  'robots',
  'grants',
  'settings',
  'audit',
  'administer',
];

/** How a role reaches somebody, and what it covers then. */
const ways = [
  'membership',
  'direct **',
  'direct *',
  'direct name',
  'team **',
  'team *',
  'team name',
] as const;

describe('every role × way it was given × action', () => {
  let access: OpenAccess;
  before(async () => {
    access = await openAccess();
    access.accounts.add('eve');
    await access.repository('acme/app');
    await access.repository('acme/deep/app');
    for (const role of [...builtInRoles.keys(), 'custom']) {
      await access.role('acme', 'custom', 'repository:push', 'namespace:audit');
      for (const way of ways) {
        const user = userOf(role, way);
        const [kind, what] = way.split(' ');
        const pattern = what === 'name' ? 'acme/app' : `acme/${what}`;
        if (kind === 'membership') await access.member('acme', user, role);
        else if (kind === 'direct') await access.grant('acme', { user }, { role, pattern });
        else {
          await access.team('acme', user, user);
          await access.grant('acme', { team: user }, { role, pattern });
        }
      }
    }
  });
  after(() => access[Symbol.asyncDispose]());

  const userOf = (role: string, way: string) =>
    `${role}.${way.replace(' **', '1').replace(' *', '2').replace(' ', '')}`;
  const custom: readonly string[] = ['repository:push', 'namespace:audit'];

  for (const role of [...builtInRoles.keys(), 'custom']) {
    for (const way of ways) {
      const has: readonly string[] = builtInRoles.get(role) ?? custom;
      const isWhole = way === 'membership' || way.endsWith('**');

      test(`${role} by ${way}: repositories`, async () => {
        const actor = access.actor(userOf(role, way));
        for (const action of repositoryActions) {
          const allowed = has.includes(`repository:${action}`);
          const on = (name: string) =>
            access.authorizer.authorize(actor, action, { type: 'repository', name });
          assert.equal((await on('acme/app')).allowed, allowed, `${action} acme/app`);
          assert.equal((await on('acme/deep/app')).allowed, allowed && isWhole, `${action} acme/deep/app`);
          const mayMake = action !== 'push' || has.includes('namespace:create');
          const covers = isWhole || way.endsWith('*');
          assert.equal((await on('acme/new')).allowed, allowed && covers && mayMake, `${action} acme/new`);
          assert.equal((await on('other/app')).allowed, false, `${action} other/app`);
          assert.equal((await on('acme')).allowed, false, `${action} official acme`);
        }
      });

      test(`${role} by ${way}: namespace`, async () => {
        const actor = access.actor(userOf(role, way));
        for (const action of namespaceActions) {
          const expected = action === 'view' || (isWhole && has.includes(`namespace:${action}`));
          const on = (name: string) =>
            access.authorizer.authorize(actor, action, { type: 'namespace', name });
          assert.equal((await on('acme')).allowed, expected, action);
          assert.equal((await on('other')).allowed, false, `${action} other`);
        }
      });
    }
  }

  test('nobody, and a user without any role, may nothing; administrators may all', async () => {
    for (const [type, name, actions] of [
      ['repository', 'acme/app', repositoryActions],
      ['repository', 'acme/new', repositoryActions],
      ['namespace', 'acme', namespaceActions],
    ] as const) {
      for (const action of actions) {
        for (const actor of [undefined, access.actor('eve')]) {
          assert.equal((await access.authorizer.authorize(actor, action, { type, name })).allowed, false);
        }
        const decision = await access.authorizer.authorize(access.actor('root'), action, { type, name });
        assert.equal(decision.allowed, true);
      }
    }
  });

  test('an action that does not exist is denied, to administrators as well', async () => {
    for (const [type, name] of [
      ['repository', 'acme/app'],
      ['namespace', 'acme'],
      ['account', 'root'],
      ['registry', 'catalog'],
      ['registry', 'other'],
      ['system', 'registry'],
    ] as const) {
      for (const action of ['', 'constructor', 'pull ', 'Pull', '**']) {
        const decision = await access.authorizer.authorize(access.actor('root'), action, { type, name });
        assert.deepEqual(decision, { allowed: false, because: 'unknown' });
      }
    }
  });
});

describe('decisions', () => {
  test('a user owns his own namespace, and nothing of another whose name begins like his', async () => {
    await using access = await openAccess();
    const ann = access.actor('ann');
    const on = (name: string) => access.authorizer.authorize(ann, 'push', { type: 'repository', name });
    assert.equal((await on('ann/app')).allowed, true);
    assert.equal((await on('anna/app')).allowed, false);
    assert.equal((await on('ann')).allowed, false);
  });

  test('anybody pulls what is public, and only pulls it', async () => {
    await using access = await openAccess();
    access.accounts.add('acme', 'organisation');
    await access.repository('acme/open', 'public');
    await access.repository('nginx', 'public');
    for (const name of ['acme/open', 'nginx']) {
      for (const action of repositoryActions) {
        const decision = await access.authorizer.authorize(undefined, action, { type: 'repository', name });
        assert.equal(decision.allowed, action === 'pull', `${action} ${name}`);
      }
    }
  });

  test('a robot has what it was given and nothing of its organisation', async () => {
    await using access = await openAccess();
    const robot = access.actor('acme+ci');
    await access.repository('acme/app');
    await access.repository('acme/secret');
    await access.grant('acme', { user: 'acme+ci' }, { role: 'writer', pattern: 'acme/app' });
    const on = (name: string) =>
      access.authorizer.may(robot, { type: 'repository', name, actions: ['pull', 'push'] });
    assert.equal(await on('acme/app'), true);
    assert.equal(await on('acme/secret'), false);
    assert.equal(await on('acme+ci/app'), false);
    const make = { type: 'system', name: 'registry', actions: ['create-organisation'] } as const;
    assert.equal(await access.authorizer.may(robot, make), false);
    assert.equal(await access.authorizer.may(access.actor('ann'), make), true);
  });

  test('what was taken back counts no more for the very next question', async () => {
    await using access = await openAccess();
    const ann = access.actor('ann');
    await access.repository('acme/app');
    const may = () => access.authorizer.may(ann, { type: 'repository', name: 'acme/app', actions: ['pull'] });
    assert.equal(await may(), false);
    const id = await access.grant('acme', { user: 'ann' }, { role: 'reader', pattern: 'acme/*' });
    assert.equal(await may(), true);
    await access.change(async (trx) => {
      await trx.deleteFrom('access_grant').where('id', '=', id).execute();
    });
    assert.equal(await may(), false);
  });

  test('a change by another process counts half a second later', async () => {
    await using access = await openAccess();
    await access.grant('acme', { user: 'ann' }, { role: 'reader', pattern: 'acme/*' });
    await access.repository('acme/app');
    const may = () =>
      access.authorizer.may(access.actor('ann'), { type: 'repository', name: 'acme/app', actions: ['pull'] });
    assert.equal(await may(), true);
    await access.db.transaction(async (trx) => {
      await trx.deleteFrom('access_grant').execute();
      await countChange(trx);
    });
    access.clock.advance(499);
    assert.equal(await may(), true, 'remembered');
    access.clock.advance(1);
    assert.equal(await may(), false);
  });

  test('a decision that was begun before a change is not remembered after it', async () => {
    await using access = await openAccess();
    await access.repository('acme/app');
    await access.grant('acme', { user: 'ann' }, { role: 'reader', pattern: 'acme/*' });
    const ask = () =>
      access.authorizer.may(access.actor('ann'), { type: 'repository', name: 'acme/app', actions: ['pull'] });
    const changes = access.change(async (trx) => {
      await trx.deleteFrom('access_grant').execute();
    });
    const during = Array.from({ length: 20 }, ask);
    await changes;
    assert.equal(await ask(), false);
    await Promise.all(during);
    assert.equal(await ask(), false);
  });
});

describe('the scope of a token', () => {
  const everything = [
    ...repositoryActions.flatMap((action) =>
      ['acme/app', 'acme/deep/app', 'ann/app', 'acme/new'].map(
        (name) => ({ type: 'repository', name, action }) as const,
      ),
    ),
    ...namespaceActions.map((action) => ({ type: 'namespace', name: 'acme', action }) as const),
    { type: 'account', name: 'ann', action: 'manage' } as const,
    { type: 'system', name: 'registry', action: 'create-organisation' } as const,
    { type: 'system', name: 'registry', action: 'administer' } as const,
    { type: 'registry', name: 'catalog', action: '*' } as const,
  ];

  for (const actions of [
    [],
    ['pull'],
    ['push'],
    ['delete'],
    ['admin'],
    ['pull', 'push', 'delete', 'admin'],
  ] as const) {
    for (const repositories of [[], ['acme/app'], ['acme/**'], ['**']]) {
      test(`[${actions}] on [${repositories}] only ever narrows`, async () => {
        await using access = await openAccess();
        await access.member('acme', 'ann', 'owner');
        await access.repository('acme/app');
        for (const { type, name, action } of everything) {
          for (const who of ['ann', 'root', 'eve']) {
            const [whole, narrow] = await Promise.all(
              [undefined, { actions, repositories }].map((scope) =>
                access.authorizer.authorize(access.actor(who, scope), action, { type, name }),
              ),
            );
            const isIn = scopeHas({ actions, repositories }, { type, name, action });
            assert.equal(
              narrow?.allowed,
              whole?.allowed === true && isIn,
              `${who} ${action} ${type}:${name}`,
            );
          }
        }
      });
    }
  }

  function scopeHas(
    { actions, repositories }: { actions: readonly string[]; repositories: readonly string[] },
    { type, name, action }: { type: string; name: string; action: string },
  ): boolean {
    const all = repositories.includes('**');
    const ofAcme = all || repositories.includes('acme/**');
    if (type === 'repository') {
      const need = ['pull', 'push', 'delete'].includes(action) ? action : 'admin';
      const covered = all || (name.startsWith('acme/') && ofAcme) || repositories.includes(name);
      return actions.includes(need) && covered;
    }
    if (type === 'namespace' && action === 'view') return actions.includes('pull') && repositories.length > 0;
    if (type === 'namespace') return actions.includes(action === 'create' ? 'push' : 'admin') && ofAcme;
    return actions.includes('admin') && all;
  }

  test('does not take away what anybody may: pulls of public repositories', async () => {
    await using access = await openAccess();
    await access.repository('acme/open', 'public');
    const limited = access.actor('ann', { actions: ['push'], repositories: ['ann/app'] });
    assert.equal(
      await access.authorizer.may(limited, { type: 'repository', name: 'acme/open', actions: ['pull'] }),
      true,
    );
  });
});

describe('what a token may carry', () => {
  for (const [who, type, name, actions, expected] of [
    ['writer', 'repository', 'acme/app', ['pull', 'push'], ['pull', 'push']],
    ['writer', 'repository', 'acme/app', ['push', 'pull', 'delete'], ['push', 'pull']],
    ['writer', 'repository', 'acme/app', ['*'], ['pull', 'push']],
    ['owner', 'repository', 'acme/app', ['*'], ['pull', 'push', 'delete', '*']],
    ['owner', 'repository', 'acme/app', ['pull', 'pull', 'administer', 'x'], ['pull']],
    ['owner', 'repository', 'other/app', ['pull'], []],
    ['owner', 'registry', 'catalog', ['*'], []],
    ['owner', 'registry', 'catalog', ['search'], ['search']],
    ['owner', 'namespace', 'acme', ['administer'], []],
    ['root', 'registry', 'catalog', ['*'], ['*']],
    ['root', 'system', 'registry', ['administer'], []],
    ['root', 'repository', 'any/thing', ['*'], ['pull', 'push', 'delete', '*']],
    [undefined, 'repository', 'acme/open', ['pull', 'push'], ['pull']],
    [undefined, 'repository', 'acme/app', ['pull'], []],
    [undefined, 'registry', 'catalog', ['search', '*'], ['search']],
  ] as const) {
    test(`${who ?? 'anybody'} asks ${type}:${name}:${actions} → [${expected}]`, async () => {
      await using access = await openAccess();
      await access.member('acme', 'writer', 'writer');
      await access.member('acme', 'owner', 'owner');
      await access.repository('acme/app');
      await access.repository('acme/open', 'public');
      const actor = who && access.actor(who);
      assert.deepEqual(await access.authorizer.grantableActions(actor, { type, name, actions }), expected);
    });
  }
});

describe('redirects', () => {
  test('an old name that is only read counts as the new one, until somebody makes it anew', async () => {
    await using access = await openAccess();
    await access.member('acme', 'ann', 'reader');
    await access.repository('beta/app', 'public');
    await access.change(async (trx) => {
      await putRedirect(trx, 'acme/app', 'beta/app');
    });
    const name = parseRepositoryName('acme/app');
    assert.equal(access.authorizer.resolveRepositoryName(name), 'beta/app');
    const may = (...actions: string[]) =>
      access.authorizer.may(undefined, { type: 'repository', name, actions });
    assert.equal(await may('pull'), true);
    assert.equal(await may('pull', 'push'), false);
    access.authorizer.forgetRedirect(name, Number.MAX_SAFE_INTEGER);
    assert.equal(access.authorizer.resolveRepositoryName(name), name);
    assert.equal(await may('pull'), false);
    // That transaction was never committed.
    access.clock.advance(500);
    await may('pull');
    assert.equal(access.authorizer.resolveRepositoryName(name), 'beta/app');
  });

  test('a name that is made anew stays so when redirects are read again before the commit', async () => {
    await using access = await openAccess();
    await access.repository('beta/app', 'public');
    await access.change((trx) => putRedirect(trx, 'acme/app', 'beta/app'));
    const name = parseRepositoryName('acme/app');
    access.clock.advance(500);
    await access.db.transaction(async (trx) => {
      access.authorizer.forgetRedirect(name, (await removeRedirects(trx, name)) ?? assert.fail());
      await access.authorizer.may(undefined, { type: 'repository', name, actions: ['pull'] });
    });
    assert.equal(access.authorizer.resolveRepositoryName(name), name);
    // And leads elsewhere as soon as it has moved again.
    await access.change(async (trx) => {
      await putRedirect(trx, name, 'beta/other');
    });
    assert.equal(access.authorizer.resolveRepositoryName(name), 'beta/other');
  });
});
