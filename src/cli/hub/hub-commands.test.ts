import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseJsonLines, runLading } from '../suite/run-lading.ts';
import { PASSWORD, type RunningHub, startRunningHub } from '../suite/running-hub.ts';

describe('the commands that ask a running registry', () => {
  let hub: RunningHub;
  const names = async (...args: string[]) => (await hub.json(...args)).map(({ name }) => name);

  before(async () => {
    hub = await startRunningHub();
    await hub.ok('org', 'create', 'acme');
    await hub.run(['user', 'create', 'bob', '--password-stdin'], { input: PASSWORD });
  });
  after(() => hub[Symbol.asyncDispose]());

  it('user: a link instead of a password, alone on standard output; disable, enable, delete', async () => {
    const { code, out, err } = await hub.run(['user', 'create', 'carol', '--email', 'carol@example.com']);
    assert.equal(code, 0, err);
    assert.match(out, /^http:\/\/127\.0\.0\.1:\d+\/set-password#lading_url_\w+\n$/);
    assert.match(err, /^Give this link to carol: good once, until [\d: -]+ UTC\. It sets a password, .*\n$/);
    const typed = [out.trim(), PASSWORD, PASSWORD];
    const set = await hub.run(['passwd', '--link'], { typed });
    assert.equal(set.code, 0, set.err);
    assert.doesNotMatch(set.err + set.out, /horse|lading_url/);
    const [carol] = await hub.json('user', 'show', 'carol');
    assert.deepEqual([carol?.has_password, carol?.email], [true, 'carol@example.com']);
    assert.match(await hub.ok('user', 'list', '--search', 'car'), /^NAME .*\ncarol +carol@example\.com/);
    await hub.ok('user', 'edit', 'carol', '--administrator', 'yes', '--display-name', 'Carol', '--email', '');
    const [edited] = await hub.json('user', 'show', 'carol');
    assert.deepEqual(
      [edited?.is_administrator, edited?.display_name, edited?.email],
      [true, 'Carol', undefined],
    );
    assert.equal((await hub.run(['user', 'edit', 'carol'])).code, 2);
    assert.equal(await hub.ok('user', 'disable', 'carol'), 'carol is disabled.\n');
    assert.match(await hub.ok('user', 'list'), /^carol .* disabled /m);
    await hub.ok('user', 'create', 'heir', '--take-over');
    await hub.ok('user', 'delete', 'heir');
    assert.equal(await hub.ok('user', 'enable', 'carol'), 'carol is enabled.\n');
    assert.match(await hub.ok('user', 'password-link', 'carol'), /lading_url_/);
    assert.deepEqual(await hub.json('user', 'delete', 'carol'), [{ deleted: 'carol' }]);
    assert.deepEqual(await names('user', 'list'), ['alice', 'bob']);
  });

  it('org: members come, change and go', async () => {
    await hub.ok('org', 'create', 'shop', '--visibility', 'public');
    const [shop] = await hub.json('org', 'show', 'shop');
    assert.equal(shop?.default_visibility, 'public');
    assert.equal(await hub.ok('org', 'member', 'add', 'shop', 'bob'), 'bob is member of shop.\n');
    await hub.ok('org', 'member', 'add', 'shop', 'bob', '--role', 'writer');
    assert.match(await hub.ok('org', 'member', 'list', 'shop'), /^bob +writer/m);
    await hub.ok('org', 'member', 'remove', 'shop', 'bob');
    assert.deepEqual(await names('org', 'member', 'list', 'shop'), ['alice']);
    assert.deepEqual(await names('org', 'list'), ['acme', 'shop']);
    await hub.ok('org', 'edit', 'shop', '--visibility', 'private');
    const last = await hub.run(['org', 'leave', 'shop']);
    assert.equal(last.code, 1);
    assert.match(last.err, /last owner/);
    await hub.ok('org', 'delete', 'shop');
    assert.deepEqual(await names('org', 'list'), ['acme']);
  });

  it('team: is made, filled, emptied and deleted', async () => {
    await hub.ok('team', 'create', 'acme', 'devs', '--description', 'Who builds');
    await hub.ok('team', 'member', 'add', 'acme', 'devs', 'bob');
    assert.deepEqual(await names('team', 'member', 'list', 'acme', 'devs'), ['bob']);
    assert.match(await hub.ok('team', 'show', 'acme', 'devs'), /^DESCRIPTION +Who builds$/m);
    await hub.ok('team', 'member', 'remove', 'acme', 'devs', 'bob');
    const empty = await hub.run(['team', 'member', 'list', 'acme', 'devs']);
    assert.deepEqual([empty.out, empty.err], ['', 'Nobody is in it.\n']);
    await hub.ok('team', 'delete', 'acme', 'devs');
    assert.deepEqual(await names('team', 'list', 'acme'), []);
  });

  it('repo: is made, described, starred, moved and deleted', async () => {
    const readme = join(hub.root, '..', 'README.md');
    await writeFile(readme, '# The shop\n\u001b[31mred\n');
    await hub.ok('repo', 'create', 'acme/app', '--description', 'The shop', '--visibility', 'private');
    await hub.ok(
      'repo',
      'edit',
      'acme/app',
      '--readme',
      readme,
      '--visibility',
      'public',
      '--official',
      'yes',
    );
    const [app] = await hub.json('repo', 'show', 'acme/app');
    assert.deepEqual([app?.visibility, app?.is_official, app?.description], ['public', true, 'The shop']);
    const shown = await hub.ok('repo', 'show', 'acme/app');
    assert.match(shown, /^Official +yes$/m);
    assert.match(shown, /\n\n# The shop\n\ufffd\[31mred\n/);
    await hub.ok('repo', 'edit', 'acme/app', '--official', 'no', '--description', '');
    await hub.ok('repo', 'star', 'acme/app');
    assert.deepEqual(await names('repo', 'list', '--starred'), ['acme/app']);
    await hub.ok('repo', 'unstar', 'acme/app');
    await hub.ok('repo', 'move', 'acme/app', 'acme/store');
    assert.deepEqual(await names('repo', 'list', 'acme'), ['acme/store']);
    await hub.ok('repo', 'delete', 'acme/store');
    assert.deepEqual(await names('repo', 'list', 'acme'), []);
    const nothing = await hub.run(['repo', 'edit', 'acme/app']);
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /Say what to change/);
  });

  it('grant and role: to users, robots and teams, on a whole namespace, a repository, a pattern', async () => {
    await hub.ok('robot', 'create', 'acme+deploy');
    await hub.ok('team', 'create', 'acme', 'web');
    await hub.ok(
      'role',
      'put',
      'acme',
      'cleaner',
      '--allow',
      'repository:pull',
      '--allow',
      'repository:delete',
    );
    await hub.ok('grant', 'add', 'acme', 'reader', 'acme+deploy');
    await hub.ok('grant', 'add', 'acme/app', 'cleaner', 'bob');
    await hub.ok('grant', 'add', 'acme/web/*', 'writer', 'team:web');
    const grants = await hub.json('grant', 'list', 'acme');
    const shown = new Map(grants.map(({ subject, role, pattern }) => [pattern, { subject, role }]));
    assert.deepEqual(shown.get('acme/**'), {
      subject: { kind: 'robot', name: 'acme+deploy' },
      role: 'reader',
    });
    assert.deepEqual(shown.get('acme/app'), { subject: { kind: 'user', name: 'bob' }, role: 'cleaner' });
    assert.deepEqual(shown.get('acme/web/*'), { subject: { kind: 'team', name: 'web' }, role: 'writer' });
    assert.match(await hub.ok('access', 'explain', 'bob', 'delete', 'acme/app'), /^Yes\. .*cleaner/);
    for (const { id } of grants) await hub.ok('grant', 'remove', 'acme', String(id));
    assert.deepEqual(await hub.json('grant', 'list', 'acme'), []);
    await hub.ok('role', 'delete', 'acme', 'cleaner');
    assert.match(await hub.ok('role', 'list', 'acme'), /^writer +yes +repository:pull/m);
    const denied = await hub.ok('access', 'explain', 'bob', 'delete', 'repository:acme/app');
    assert.match(denied, /^No\. [^\n]+\nEach of these alone would change that:\n {2}[^\n]+\n/);
    assert.match(await hub.ok('access', 'explain', 'anonymous', 'pull', 'acme/app'), /^No\. /);
    const [mine] = await hub.json('access', 'explain', 'me', 'pull', 'acme/app');
    assert.deepEqual([mine?.actor, mine?.allowed], ['alice', true]);
  });

  it('token and robot token: the secret alone on standard output, the hint beside it, and worthless once revoked', async () => {
    await hub.ok('robot', 'create', 'acme+build', '--description', 'Builds');
    for (const at of [['token'], ['robot', 'token']]) {
      const who = at.length === 1 ? [] : ['acme+build'];
      const options = ['--allow', 'pull', '--allow', 'push', '--on', 'acme/**', '--expires', '30d'];
      const made = await hub.run([...at, 'create', ...who, 'build', ...options]);
      assert.match(made.out, /^lading_(pat|rob)_\w+\n$/);
      assert.match(made.err, /^The password for: docker login -u (alice|acme\+build) 127\.0\.0\.1:\d+\./);
      const env = { LADING_SERVER: hub.url, LADING_TOKEN: made.out.trim() };
      const [me] = parseJsonLines((await runLading(['whoami', '--json'], { env })).out);
      assert.deepEqual(me?.scope, { actions: ['pull', 'push'], repositories: ['acme/**'] });
      const token = (await hub.json(...at, 'list', ...who)).find(({ name }) => name === 'build');
      assert.equal('secret' in (token ?? {}), false);
      const days =
        (Date.parse(String(token?.expires_at)) - Date.parse(String(token?.created_at))) / 86_400_000;
      assert.equal(Math.round(days), 30);
      const none = await hub.run([...at, 'revoke', ...who, 'nix']);
      assert.deepEqual(
        [none.code, none.err],
        [1, 'lading: There is no token nix. The list command shows all.\n'],
      );
      await hub.ok(...at, 'revoke', ...who, String(at.length > 1 ? token?.id : token?.name));
      const refused = await runLading(['whoami'], { env });
      assert.equal(refused.code, 1);
      // A login would not help: the variable wins.
      assert.match(refused.err, /Set LADING_TOKEN to another one/);
    }
    assert.ok((await names('robot', 'list', 'acme')).includes('acme+build'));
    await hub.ok('robot', 'delete', 'acme+build');
    assert.ok(!(await names('robot', 'list', 'acme')).includes('acme+build'));
  });

  it('audit: lists with filters and a limit, and exports JSON lines', async () => {
    await hub.run(['org', 'create', 'admin']);
    await hub.ok('org', 'create', 'audited');
    const listed = await hub.run(['audit', 'list', '--limit', '1']);
    assert.equal(listed.out.split('\n').length, 3);
    assert.match(listed.out, /alice +127\.0\.0\.1 +organisation\.create +audited +done/);
    assert.equal(listed.err, 'There is more: --limit 2\n');
    const lines = await hub.ok('audit', 'export', '--namespace', 'audited', '--since', '2026-01-01');
    assert.deepEqual(
      parseJsonLines(lines).map(({ action }) => action),
      ['organisation.create'],
    );
    assert.deepEqual(await hub.json('audit', 'list', '--actor', 'nobody-there'), []);
  });

  it('search: says when nothing is found, and takes its filters', async () => {
    const options = [
      '--official',
      '--architecture',
      'arm64',
      '--os',
      'linux',
      '--label',
      'a=b',
      '--updated-since',
      '2026-01-01',
    ];
    const { code, out, err } = await hub.run(['search', 'nothing-of-the-kind', ...options]);
    assert.deepEqual([code, out, err], [0, '', 'Nothing was found that you may see.\n']);
    assert.deepEqual(await hub.json('search', '--limit', '1', 'nothing-of-the-kind'), []);
  });

  it('reads every page of a list', async () => {
    for (let count = 0; count < 52; count += 1) await hub.ok('team', 'create', 'acme', `t${count}`);
    const teams = await names('team', 'list', 'acme');
    assert.equal(teams.filter((name) => /^t\d/.test(String(name))).length, 52);
    assert.equal((await hub.ok('team', 'list', 'acme')).match(/^TEAM/gm)?.length, 1);
  });

  for (const [args, code, message] of [
    [['org', 'create', 'acme'], 1, /taken or reserved/],
    [['org', 'create', 'A'], 2, /2 to 39 lower-case letters/],
    [['repo', 'show', 'acme/../x'], 2, /cannot be a name/],
    [['repo', 'show', 'acme/none'], 1, /There is no repository acme\/none/],
    [['tag', 'show', 'acme/app'], 2, /Say which tag: acme\/app:TAG/],
    [['tag', 'delete', 'acme/app@sha256:1'], 2, /digest/],
    [['robot', 'create', 'acme'], 2, /A robot is called ORGANISATION\+ROBOT/],
    [['token', 'create', 'x', '--allow', 'all'], 2, /Allowed choices are pull, push, delete, admin/],
    [['token', 'create', 'x', '--expires', 'soon'], 2, /--expires is 12h, 30d/],
    [['token', 'create', 'x', '--expires', '2020-01-01'], 2, /must be in the future/],
    [['search', '--limit', '0'], 2, /--limit is a number/],
    [['audit', 'list', '--since', 'yesterday'], 2, /since/],
    [['grant', 'add', 'acme', 'wrtier', 'bob'], 2, /no role wrtier here\. Roles: member, reader, writer, /],
    [['repo', 'create', 'acme/cat', '--category', 'nix'], 2, /no category nix\. Categories: \w/],
    [['repo', 'edit', 'acme/app', '--readme', '/nowhere/x'], 1, /ENOENT.*\/nowhere\/x/],
    [['whoami', '--server', 'http://127.0.0.1:1'], 1, /No answer from http:\/\/127\.0\.0\.1:1\./],
  ] as const) {
    it(`lading ${args.join(' ')} → exit code ${code}, one sentence`, async () => {
      const { code: actual, out, err } = await hub.run(args);
      assert.deepEqual([actual, out], [code, '']);
      assert.match(err, /^(lading|error): [^\n]+\n/);
      assert.match(err, message);
    });
  }

  it('says to whom may not what is missing and how to find out', async () => {
    const login = { XDG_CONFIG_HOME: join(hub.root, '..', 'bob') };
    const bob = (args: string[], input = '') => hub.run(args, { env: login, input });
    assert.equal((await bob(['login', hub.url, '-u', 'bob'], PASSWORD)).code, 0);
    const { code, err } = await bob(['user', 'list']);
    assert.equal(code, 1);
    assert.match(err, /^lading: bob may not [^\n]+lading access explain me ACTION RESOURCE\n$/);
    const takeOver = await bob(['org', 'create', 'bobs', '--take-over']);
    assert.match(takeOver.err, /Only administrators give away the repositories/);
    const hidden = await bob(['repo', 'show', 'acme/hidden']);
    assert.equal(hidden.code, 1);
    assert.match(hidden.err, /There is no repository acme\/hidden/);
    const anonymous = await runLading(['user', 'list'], { env: { LADING_SERVER: hub.url } });
    assert.match(anonymous.err, /You are not logged in there: lading login http/);
  });

  // The last one: after a failed login the next has to wait.
  it('passwd: changes the password of who knows it, and asks nobody who is not there', async () => {
    await hub.run(['user', 'create', 'dora', '--password-stdin'], { input: PASSWORD });
    const env = { XDG_CONFIG_HOME: join(hub.root, '..', 'dora') };
    const login = (password: string) => hub.run(['login', hub.url, '-u', 'dora'], { env, input: password });
    assert.equal((await login(PASSWORD)).code, 0);
    const next = 'another horse battery';
    const differs = await hub.run(['passwd'], { env, typed: [PASSWORD, next, PASSWORD] });
    assert.equal(differs.code, 2);
    assert.match(differs.err, /The two passwords differ/);
    const changed = await hub.run(['passwd'], { env, typed: [PASSWORD, next, next] });
    assert.equal(changed.code, 0, changed.err);
    const again = await login(next);
    assert.equal(again.code, 0, again.err);
    const piped = await hub.run(['passwd'], { env });
    assert.deepEqual(
      [piped.code, piped.err],
      [2, 'lading: Run this in a terminal: it asks for passwords.\n'],
    );
    const wrong = await hub.run(['passwd'], { env, typed: [PASSWORD, next, next] });
    assert.equal(wrong.code, 1, wrong.err);
    assert.equal((await login(PASSWORD)).code, 1);
  });
});
