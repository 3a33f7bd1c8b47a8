import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OidcSettings } from './oidc-settings.ts';
import { type Browser, createBrowser } from './suite/browser.ts';
import { type AccountsScene, basic, startAccounts } from './suite/start-accounts.ts';
import { startProvider, type TestProvider } from './suite/start-provider.ts';

const callback = '/api/v1/oidc/callback';

async function start(settings: Partial<OidcSettings> = {}) {
  const started = new AsyncDisposableStack();
  let registry: AccountsScene | undefined;
  const provider = started.use(await startProvider({ redirectUri: () => `${registry?.origin}${callback}` }));
  const scene = started.use(
    await startAccounts({
      oidc: {
        issuer: provider.issuer,
        clientId: 'lading',
        clientSecret: 'a secret of the client, long enough',
        scopes: ['openid', 'profile', 'email'],
        nameClaim: 'preferred_username',
        groupsClaim: 'groups',
        teams: [
          { group: 'Engineers', organisation: 'acme', team: 'dev' },
          { group: 'Operators', organisation: 'acme', team: 'ops' },
        ],
        createsAccounts: true,
        linksVerifiedEmail: false,
        ...settings,
      },
    }),
  );
  registry = scene;
  provider.people.set('1', { preferred_username: 'Alice.Müller@example.com', name: 'Alice Müller' });
  return { scene, provider, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

type Scene = { scene: AccountsScene; provider: TestProvider };

async function begin({ scene }: Scene, browser: Browser, returnTo = '/settings'): Promise<string> {
  const answer = await browser.go(
    `${scene.origin}/api/v1/oidc/login?return_to=${encodeURIComponent(returnTo)}`,
  );
  assert.equal(answer.status, 302, answer.body.toString());
  return answer.header('location') ?? '';
}

/** Up to the address that the provider sends back to. */
async function toCallback(on: Scene, browser: Browser, person = '1'): Promise<string> {
  return on.provider.signIn(browser, await begin(on, browser), person);
}

async function signIn(on: Scene, person = '1', browser = createBrowser()) {
  const answer = await browser.go(await toCallback(on, browser, person));
  return { answer, browser };
}

const whoIs = async ({ scene }: Scene, browser: Browser) =>
  (await browser.go(`${scene.origin}/api/v1/me`)).json() as { name?: string; credential?: string };

const teamsOf = async ({ scene }: Scene, name: string) => {
  const inTeam = await Promise.all(
    ['dev', 'ops'].map(async (team) => {
      const members = await scene.api(`GET /api/v1/organisations/acme/teams/${team}/members`);
      return (members.json() as { items: { name: string }[] }).items.some((member) => member.name === name);
    }),
  );
  return ['dev', 'ops'].filter((_, index) => inTeam[index]);
};

test('who the provider knows gets an account and a session, and goes back to where he was', async () => {
  await using on = await start();
  const { answer, browser } = await signIn(on);
  assert.equal(answer.status, 302, answer.body.toString());
  assert.equal(answer.header('location'), '/settings');
  assert.deepEqual([...browser.cookies(on.scene.origin).keys()].sort(), ['lading_device', 'lading_session']);
  assert.match(
    answer.header('set-cookie') ?? '',
    /lading_session=lading_ses_\w+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax/,
  );
  const me = await whoIs(on, browser);
  assert.equal(me.name, 'alice.muller');
  assert.equal(me.credential, 'session');
  assert.deepEqual(on.scene.audit.map(({ action }) => action).slice(-2), ['user.create', 'oidc.login']);
  assert.doesNotMatch(JSON.stringify([on.scene.log.entries, on.scene.audit]), /lading_ses_|long enough/);
});

test('the second time it is the same account, whatever the person is called by then', async () => {
  await using on = await start();
  await signIn(on);
  on.provider.people.set('1', { preferred_username: 'root' });
  const { browser } = await signIn(on);
  assert.equal((await whoIs(on, browser)).name, 'alice.muller');
});

test('the request to the provider has PKCE, state and nonce, each different each time', async () => {
  await using on = await start();
  const seen = [];
  for (const browser of [createBrowser(), createBrowser()]) {
    const { searchParams } = new URL(await begin(on, browser));
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    assert.equal(searchParams.get('redirect_uri'), `${on.scene.origin}${callback}`);
    for (const name of ['code_challenge', 'state', 'nonce']) seen.push(searchParams.get(name));
  }
  assert.equal(new Set(seen).size, 6);
  assert.ok(seen.every((value) => value?.length === 43));
});

test('a name that is taken, also with the same address, is not handed over', async () => {
  await using on = await start();
  await on.scene.addUser('boss', { email: 'boss@example.com' });
  on.provider.people.set('2', {
    preferred_username: 'boss',
    email: 'boss@example.com',
    email_verified: true,
  });
  const { answer, browser } = await signIn(on, '2');
  assert.equal(answer.status, 409);
  assert.match(answer.body.toString(), /calls you boss, and an account of that name is here already/);
  assert.equal(browser.cookies(on.scene.origin).get('lading_session'), undefined);
  assert.equal(on.scene.refusals.at(-1)?.action, 'oidc.login');
});

for (const [claim, status, text] of [
  ['admin', 409, /reserved/],
  ['acme', 409, /already/],
  ['???', 403, /gives no name/],
  [undefined, 403, /gives no name/],
  [['root'], 403, /gives no name/],
] as const) {
  test(`who is called ${JSON.stringify(claim)} gets no account`, async () => {
    await using on = await start();
    on.provider.people.set('2', { preferred_username: claim });
    const { answer } = await signIn(on, '2');
    assert.equal(answer.status, status, answer.body.toString());
    assert.match(answer.body.toString(), text);
  });
}

test('without auth.accounts.oidc.createaccounts nobody gets an account', async () => {
  await using on = await start({ createsAccounts: false });
  const { answer } = await signIn(on);
  assert.equal(answer.status, 403);
  assert.match(answer.body.toString(), /There is no account for you here/);
});

const addresses: readonly [title: string, settings: Partial<OidcSettings>, claims: object, name: string][] = [
  ['is not configured', {}, { email: 'bob@example.com', email_verified: true }, 'robert'],
  ['is configured', { linksVerifiedEmail: true }, { email: 'Bob@example.com', email_verified: true }, 'bob'],
  [
    'is not verified',
    { linksVerifiedEmail: true },
    { email: 'bob@example.com', email_verified: false },
    'robert',
  ],
  [
    'is verified in words',
    { linksVerifiedEmail: true },
    { email: 'bob@example.com', email_verified: 'true' },
    'robert',
  ],
  [
    'is that of several',
    { linksVerifiedEmail: true },
    { email: 'all@example.com', email_verified: true },
    'robert',
  ],
];
for (const [title, settings, claims, name] of addresses) {
  test(`somebody with the address of an account is ${name} when linking by it ${title}`, async () => {
    await using on = await start(settings);
    await on.scene.addUser('bob', { email: 'bob@example.com' });
    await on.scene.addUser('one', { email: 'all@example.com' });
    await on.scene.addUser('two', { email: 'all@example.com' });
    on.provider.people.set('3', { preferred_username: 'robert', ...claims });
    const { browser } = await signIn(on, '3');
    assert.equal((await whoIs(on, browser)).name, name);
  });
}

test('an account that somebody has signed in to is not linked to a second person', async () => {
  await using on = await start({ linksVerifiedEmail: true });
  await on.scene.addUser('bob', { email: 'bob@example.com' });
  const claims = { email: 'bob@example.com', email_verified: true };
  on.provider.people.set('3', { preferred_username: 'robert', ...claims });
  on.provider.people.set('4', { preferred_username: 'mallory', ...claims });
  assert.equal((await whoIs(on, (await signIn(on, '3')).browser)).name, 'bob');
  assert.equal((await whoIs(on, (await signIn(on, '4')).browser)).name, 'mallory');
});

test('groups put into their teams and take out of them, at each sign-in; other teams are left alone', async () => {
  await using on = await start({ teams: [{ group: 'Engineers', organisation: 'acme', team: 'dev' }] });
  const is = (groups: unknown) =>
    on.provider.people.set('1', { preferred_username: 'alice', ...(groups !== undefined && { groups }) });
  is(['Engineers', 'Cooks']);
  await signIn(on);
  assert.deepEqual(await teamsOf(on, 'alice'), ['dev']);
  assert.equal((await on.scene.api('PUT /api/v1/organisations/acme/teams/ops/members/alice')).status, 200);
  is(['Cooks', 'engineers']);
  await signIn(on);
  assert.deepEqual(await teamsOf(on, 'alice'), ['ops']);
  is('Engineers');
  await signIn(on);
  assert.deepEqual(await teamsOf(on, 'alice'), ['dev', 'ops']);
  is(undefined);
  await signIn(on);
  assert.deepEqual(await teamsOf(on, 'alice'), ['ops']);
  const changes = on.scene.audit.filter(({ action }) => action === 'oidc.teams').map(({ after }) => after);
  assert.equal(changes.length, 3);
});

test('a right that a group gave is gone with the next sign-in', async () => {
  await using on = await start();
  const grant = { subject: { kind: 'team', name: 'dev' }, role: 'reader', pattern: 'acme/**' };
  assert.equal((await on.scene.api('POST /api/v1/namespaces/acme/grants', grant)).status, 201);
  on.provider.people.set('1', { preferred_username: 'alice', groups: ['Engineers'] });
  const browser = createBrowser();
  const maySee = async () => (await browser.go(`${on.scene.origin}/api/v1/organisations/acme`)).status;
  await signIn(on, '1', browser);
  assert.equal(await maySee(), 200);
  on.provider.people.set('1', { preferred_username: 'alice', groups: [] });
  await signIn(on);
  const roles = await on.scene.api(
    'GET /api/v1/access/explain?actor=alice&action=pull&resource=repository:acme/x',
  );
  assert.equal((roles.json() as { allowed: boolean }).allowed, false);
});

test('groups that stand for teams which do not exist are said in the log, and let in all the same', async () => {
  await using on = await start({ teams: [{ group: 'x', organisation: 'nobody', team: 'dev' }] });
  assert.equal((await signIn(on)).answer.status, 302);
  assert.match(JSON.stringify(on.scene.log.entries), /nobody\/dev/);
});

test('a disabled account is not let in', async () => {
  await using on = await start();
  await signIn(on);
  assert.equal((await on.scene.api('PATCH /api/v1/users/alice.muller', { disabled: true })).status, 200);
  const { answer, browser } = await signIn(on);
  assert.equal(answer.status, 403);
  assert.match(answer.body.toString(), /alice\.muller is disabled/);
  assert.equal(browser.cookies(on.scene.origin).get('lading_session'), undefined);
});

test('a deleted account takes its link along: who comes again gets a new account', async () => {
  await using on = await start();
  await signIn(on);
  assert.equal((await on.scene.api('DELETE /api/v1/users/alice.muller')).status, 204);
  const { browser } = await signIn(on);
  assert.equal((await whoIs(on, browser)).name, 'alice.muller');
});

test('the answer of the provider is worth nothing in another browser, without cookie, or after ten minutes', async () => {
  await using on = await start();
  const victim = createBrowser();
  const url = await toCallback(on, createBrowser());
  for (const browser of [createBrowser(), victim]) {
    if (browser === victim) await begin(on, victim);
    const answer = await browser.go(url);
    assert.ok([401, 403].includes(answer.status), answer.body.toString());
    assert.equal(browser.cookies(on.scene.origin).get('lading_session'), undefined);
  }
  const late = createBrowser();
  const lateUrl = await toCallback(on, late);
  on.scene.clock.advance(10 * 60_000);
  assert.equal((await late.go(lateUrl)).status, 403);
});

test('a wrong state, a code that was used, and no code let nobody in', async () => {
  await using on = await start();
  const browser = createBrowser();
  const url = new URL(await toCallback(on, browser));
  const jar = new Map(browser.cookies(on.scene.origin));
  const tryOut = async (change: (parameters: URLSearchParams) => void) => {
    const changed = new URL(url);
    change(changed.searchParams);
    const other = createBrowser();
    for (const [name, value] of jar) other.cookies(on.scene.origin).set(name, value);
    const answer = await other.go(changed.href);
    return { status: answer.status, session: other.cookies(on.scene.origin).get('lading_session') };
  };
  const nobody = { status: 401, session: undefined };
  assert.deepEqual(await tryOut((given) => given.set('state', 'x'.repeat(43))), nobody);
  assert.deepEqual(await tryOut((given) => given.delete('state')), nobody);
  assert.deepEqual(await tryOut((given) => given.delete('code')), nobody);
  assert.deepEqual(await tryOut((given) => given.set('code', 'guessed')), nobody);
  assert.deepEqual(await tryOut((given) => given.set('iss', 'https://evil.example')), nobody, 'mix-up');
  assert.deepEqual(await tryOut((given) => given.delete('iss')), nobody, 'mix-up');
  assert.deepEqual(await tryOut((given) => given.set('error', 'access_denied')), nobody);
  const good = await tryOut(() => {});
  assert.equal(good.status, 302);
  assert.deepEqual(await tryOut(() => {}), nobody, 'replay');
});

test('a cookie in which the way back or the time was changed fits no answer', async () => {
  await using on = await start();
  for (const change of [
    ([secret, begun]: string[]) => [secret, begun, Buffer.from('/elsewhere').toString('base64url')],
    ([secret, begun, path]: string[]) => [secret, String(Number(begun) + 1), path],
    ([secret, begun]: string[]) => [secret, begun, Buffer.from('//evil.example').toString('base64url')],
    () => ['garbage'],
  ]) {
    const browser = createBrowser();
    const url = await toCallback(on, browser);
    const jar = browser.cookies(on.scene.origin);
    jar.set('lading_oidc', change((jar.get('lading_oidc') ?? '').split('.')).join('.'));
    const { status } = await browser.go(url);
    assert.ok(status === 401 || status === 403, String(status));
  }
});

test('a session that the browser came with ends: nobody can know the new one', async () => {
  await using on = await start();
  const { browser } = await signIn(on);
  const old = browser.cookies(on.scene.origin).get('lading_session') ?? '';
  await signIn(on, '1', browser);
  assert.notEqual(browser.cookies(on.scene.origin).get('lading_session'), old);
  const before = createBrowser();
  before.cookies(on.scene.origin).set('lading_session', old);
  assert.equal((await before.go(`${on.scene.origin}/api/v1/me`)).status, 401);
});

for (const returnTo of [
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/\t/evil.example',
  ' //evil.example',
  'javascript:alert(1)',
  'settings',
  `/${'x'.repeat(1_000)}`,
  '/a\r\nSet-Cookie: x=y',
]) {
  test(`return_to ${JSON.stringify(returnTo.slice(0, 30))} → 400`, async () => {
    await using on = await start();
    const answer = await on.scene.api(
      `GET /api/v1/oidc/login?return_to=${encodeURIComponent(returnTo)}`,
      undefined,
      null,
    );
    assert.equal(answer.status, 400);
  });
}

test('a provider that is down → 503 with what to do, and the registry works on', async () => {
  const on = await start();
  await using _ = on;
  await on.provider[Symbol.asyncDispose]();
  const answer = await on.scene.api('GET /api/v1/oidc/login', undefined, null);
  assert.equal(answer.status, 503);
  assert.match(answer.body.toString(), /log in with a password/);
  assert.equal((await on.scene.api('GET /api/v1/me', undefined, basic('root'))).status, 200);
});

test('without a provider there is no such thing', async () => {
  await using scene = await startAccounts();
  assert.equal((await scene.api('GET /api/v1/oidc/login', undefined, null)).status, 404);
});
