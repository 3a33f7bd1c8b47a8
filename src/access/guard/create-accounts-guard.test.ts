import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type Actor,
  type AdmissionRequest,
  type Problem,
  type RouteAccess,
  refusedActor,
  type TokenScope,
} from '../../http/index.ts';
import type { OciError } from '../../oci/index.ts';
import type { CredentialVerifiers, TokenAccess } from '../credential-verifiers.ts';
import { type OpenAccess, openAccess } from '../suite/open-access.ts';
import { createAccountsGuard } from './create-accounts-guard.ts';

let access: OpenAccess;
before(async () => {
  access = await openAccess();
  await access.member('acme', 'wim', 'writer');
  await access.member('acme', 'rea', 'reader');
  await access.repository('acme/app');
  await access.repository('acme/open', 'public');
});
after(() => access[Symbol.asyncDispose]());

/** `jwt:NAME:TYPE:NAME:ACTIONS…`, NAME empty for anybody; `pat:NAME[:ACTION]`; passwords are the names. */
const verifiers: CredentialVerifiers = {
  basic: async ({ user, password }) => (user === password ? actorOf(user) : undefined),
  async bearer(token) {
    const [kind, name = '', ...rest] = token.split(' ');
    if (kind === 'pat') {
      const scope =
        rest[0] === undefined ? undefined : { actions: [rest[0] as 'pull'], repositories: ['**'] };
      return { actor: actorOf(name, scope), claims: undefined };
    }
    if (kind !== 'jwt') return undefined;
    const claims: TokenAccess[] = rest.map((text) => {
      const [type = '', repository = '', actions = ''] = text.split(':');
      return { type, name: repository, actions: actions.split(',') };
    });
    return { actor: name === 'anybody' ? undefined : actorOf(name), claims };
  },
  session: async (cookies) => {
    const name = /ses=(\w+)/.exec(cookies)?.[1];
    return name === undefined ? undefined : { actor: actorOf(name), csrfToken: `csrf-${name}` };
  },
};

function actorOf(name: string, scope?: TokenScope): Actor {
  return access.actor(name, scope);
}

const basic = (name: string, password = name) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
const bearer = (token: string) => `Bearer ${token}`;

async function admit(
  wanted: RouteAccess,
  request: {
    authorization?: string;
    surface?: 'registry' | 'api';
    method?: string;
    query?: string;
    headers?: Record<string, string>;
  } = {},
  realm?: string,
) {
  const { authorizer } = access;
  const guard = createAccountsGuard({
    authorizer,
    verifiers,
    realm,
    tokenPath: '/hub/token',
    service: 'lading',
  });
  const { surface = 'registry', method = 'GET', headers = {} } = request;
  const asked: AdmissionRequest = {
    access: wanted,
    authorization: request.authorization,
    surface,
    method,
    remoteAddress: '127.0.0.1',
    requestId: 'r-1',
    query: new URLSearchParams(request.query),
    header: (name) => headers[name.toLowerCase()],
    origin: () => 'https://hub.example:5000',
  };
  return guard.admit(asked);
}

const repository = (name: string, ...actions: string[]): RouteAccess => ({
  type: 'repository',
  name,
  actions,
});
const pull = (name = 'acme/app') => repository(name, 'pull');
const push = (name = 'acme/app') => repository(name, 'pull', 'push');

async function refusal(promise: Promise<unknown>): Promise<OciError> {
  return promise.then(
    () => assert.fail('was admitted'),
    (error: OciError) => error,
  );
}

const start = 'Bearer realm="https://hub.example:5000/hub/token",service="lading"';

describe('challenge of the registry', () => {
  for (const [title, wanted, request, challenge, code] of [
    ['/v2/ without credentials', 'authenticated', {}, start, 'UNAUTHORIZED'],
    ['pull without credentials', pull(), {}, `${start},scope="repository:acme/app:pull"`, 'UNAUTHORIZED'],
    [
      'pull of a public one without',
      pull('acme/open'),
      {},
      `${start},scope="repository:acme/open:pull"`,
      'UNAUTHORIZED',
    ],
    [
      'pull of what is not there',
      pull('acme/none'),
      {},
      `${start},scope="repository:acme/none:pull"`,
      'UNAUTHORIZED',
    ],
    ['push', push(), { method: 'POST' }, `${start},scope="repository:acme/app:pull,push"`, 'UNAUTHORIZED'],
    [
      'delete',
      repository('acme/app', 'delete'),
      {},
      `${start},scope="repository:acme/app:delete"`,
      'UNAUTHORIZED',
    ],
    [
      'catalog',
      { type: 'registry', name: 'catalog', actions: ['*'] },
      {},
      `${start},scope="registry:catalog:*"`,
      'UNAUTHORIZED',
    ],
    [
      'mount',
      push(),
      { method: 'POST', query: 'mount=sha256:1&from=beta/base' },
      `${start},scope="repository:acme/app:pull,push repository:beta/base:pull"`,
      'UNAUTHORIZED',
    ],
    [
      'mount from itself',
      push(),
      { method: 'POST', query: 'mount=sha256:1&from=acme/app' },
      `${start},scope="repository:acme/app:pull,push"`,
      'UNAUTHORIZED',
    ],
    [
      'mount from a name that would forge a scope',
      push(),
      { method: 'POST', query: 'mount=x&from=a%22%2Cerror%3D%22x%20repository:b:push' },
      `${start},scope="repository:acme/app:pull,push"`,
      'UNAUTHORIZED',
    ],
    [
      'an empty user',
      pull(),
      { authorization: 'Basic Og==' },
      `${start},scope="repository:acme/app:pull"`,
      'UNAUTHORIZED',
    ],
    [
      'a wrong password',
      pull(),
      { authorization: basic('wim', 'x') },
      `${start},scope="repository:acme/app:pull"`,
      'UNAUTHORIZED',
    ],
    [
      'wrong credentials where none are needed',
      'optional',
      { authorization: basic('wim', 'x') },
      start,
      'UNAUTHORIZED',
    ],
    [
      'a token that is none',
      pull(),
      { authorization: bearer('garbled') },
      `${start},scope="repository:acme/app:pull",error="invalid_token"`,
      'UNAUTHORIZED',
    ],
    [
      'a token that is none, at /v2/',
      'authenticated',
      { authorization: bearer('x') },
      `${start},error="invalid_token"`,
      'UNAUTHORIZED',
    ],
    [
      'an empty token',
      'authenticated',
      { authorization: 'Bearer ' },
      `${start},error="invalid_token"`,
      'UNAUTHORIZED',
    ],
    ['another scheme', 'authenticated', { authorization: 'Digest x' }, start, 'UNAUTHORIZED'],
    [
      'a token without the scope',
      push(),
      { authorization: bearer('jwt wim repository:acme/app:pull') },
      `${start},scope="repository:acme/app:pull,push",error="insufficient_scope"`,
      'DENIED',
    ],
    [
      'the token of anybody',
      pull(),
      { authorization: bearer('jwt anybody') },
      `${start},scope="repository:acme/app:pull",error="insufficient_scope"`,
      'DENIED',
    ],
    [
      'a token for another repository',
      pull(),
      { authorization: bearer('jwt wim repository:acme/app2:pull') },
      `${start},scope="repository:acme/app:pull",error="insufficient_scope"`,
      'DENIED',
    ],
    [
      'a password without the right',
      push(),
      { authorization: basic('rea') },
      `${start},scope="repository:acme/app:pull,push"`,
      'DENIED',
    ],
  ] as const) {
    test(`${title} → 401 ${challenge.slice(start.length + 1)}`, async () => {
      const error = await refusal(admit(wanted, request));
      assert.equal(error.status, 401);
      assert.equal(error.code, code);
      // Docker shows it to people, where there is an error.
      const description = challenge.includes('error=') ? `,error_description="${error.message}"` : '';
      assert.deepEqual(error.headers, { 'WWW-Authenticate': challenge + description });
      assert.match(error.message, /\w+ .*\./);
    });
  }

  test('the realm that is configured stands in it', async () => {
    const error = await refusal(admit('authenticated', {}, 'https://auth.example/t'));
    assert.equal(error.headers['WWW-Authenticate'], 'Bearer realm="https://auth.example/t",service="lading"');
  });

  test('a token that carries what was taken back → 403 DENIED: asking for another would not help', async () => {
    const error = await refusal(
      admit(push(), { authorization: bearer('jwt rea repository:acme/app:pull,push') }),
    );
    assert.equal(error.status, 403);
    assert.equal(error.code, 'DENIED');
  });
});

describe('let in by the registry', () => {
  for (const [title, wanted, authorization, actor] of [
    [
      'anybody pulls what is public with anybody’s token',
      pull('acme/open'),
      bearer('jwt anybody repository:acme/open:pull'),
      undefined,
    ],
    ['anybody’s token at /v2/', 'authenticated', bearer('jwt anybody'), undefined],
    ['a user’s token at /v2/', 'authenticated', bearer('jwt wim'), 'wim'],
    ['a token with the scope', push(), bearer('jwt wim repository:acme/app:pull,push'), 'wim'],
    ['a token with *', push(), bearer('jwt wim repository:acme/app:*'), 'wim'],
    ['a password', push(), basic('wim'), 'wim'],
    ['a personal token as bearer', push(), bearer('pat wim'), 'wim'],
    ['nobody where nobody has to log in', 'optional', undefined, undefined],
    ['a scheme in capitals', push(), bearer('pat wim').toUpperCase().replace('PAT WIM', 'pat wim'), 'wim'],
  ] as const) {
    test(title, async () => {
      const admission = await admit(wanted, authorization === undefined ? {} : { authorization });
      assert.equal(admission.actor?.name, actor);
    });
  }

  test('may: within the claims of the token and the rights of its owner', async () => {
    const { may } = await admit(push(), {
      authorization: bearer('jwt wim repository:acme/app:pull,push repository:beta/base:pull'),
    });
    const asks = (name: string, ...actions: string[]) => may({ type: 'repository', name, actions });
    assert.equal(await asks('acme/app', 'pull'), true);
    assert.equal(await asks('acme/app', 'delete'), false);
    assert.equal(await asks('acme/open', 'pull'), false, 'not claimed, though public');
    assert.equal(await asks('beta/base', 'pull'), false, 'claimed, but never allowed');
    assert.equal(await asks('acme/app'), false, 'nothing');
  });

  test('cookies are nothing to the registry', async () => {
    const error = await refusal(admit(pull(), { headers: { cookie: 'ses=wim' } }));
    assert.equal(error.code, 'UNAUTHORIZED');
  });
});

describe('the API', () => {
  const settings = repository('acme/app', 'settings');
  const hidden = repository('beta/app', 'settings');
  for (const [title, wanted, request, status, code] of [
    ['nobody', settings, {}, 401, 'unauthorized'],
    ['nobody, at what needs a login', 'authenticated', {}, 401, 'unauthorized'],
    ['a wrong password', 'optional', { authorization: basic('wim', 'x') }, 401, 'unauthorized'],
    ['a token that is none', 'optional', { authorization: bearer('x') }, 401, 'unauthorized'],
    [
      'a registry token',
      pull(),
      { authorization: bearer('jwt wim repository:acme/app:*') },
      401,
      'unauthorized',
    ],
    [
      'a registry token of anybody',
      'authenticated',
      { authorization: bearer('jwt anybody') },
      401,
      'unauthorized',
    ],
    ['who sees it but may not', settings, { authorization: basic('wim') }, 403, 'denied'],
    ['who may not see it', hidden, { authorization: basic('wim') }, 404, 'not-found'],
    [
      'who may not even see what is not there',
      repository('beta/none', 'settings'),
      { authorization: basic('wim') },
      404,
      'not-found',
    ],
    [
      'the system',
      { type: 'system', name: 'registry', actions: ['administer'] },
      { authorization: basic('wim') },
      403,
      'denied',
    ],
    [
      'the account of another',
      { type: 'account', name: 'rea', actions: ['manage'] },
      { authorization: basic('wim') },
      404,
      'not-found',
    ],
    [
      'a session without its token',
      'authenticated',
      { method: 'POST', headers: { cookie: 'ses=wim' } },
      403,
      'denied',
    ],
    [
      'a session with the token of another',
      'authenticated',
      { method: 'DELETE', headers: { cookie: 'ses=wim', 'x-csrf-token': 'csrf-rea' } },
      403,
      'denied',
    ],
    [
      'a session with its token, from a frame without an origin',
      'authenticated',
      { method: 'POST', headers: { cookie: 'ses=wim', 'x-csrf-token': 'csrf-wim', origin: 'null' } },
      403,
      'denied',
    ],
    [
      'a session with its token, from the page of another site',
      'authenticated',
      {
        method: 'POST',
        headers: { cookie: 'ses=wim', 'x-csrf-token': 'csrf-wim', origin: 'https://evil.example' },
      },
      403,
      'denied',
    ],
  ] as const) {
    test(`${title} → ${status} ${code}`, async () => {
      const error = (await refusal(admit(wanted, { surface: 'api', ...request }))) as unknown as Problem;
      assert.equal(error.status, status, error.message);
      assert.equal(error.code, code);
      const challenge = error.headers['WWW-Authenticate'];
      assert.equal(challenge?.startsWith('Bearer realm='), status === 401 ? true : undefined);
    });
  }

  for (const [title, wanted, request, actor] of [
    ['nobody, to what is public', pull('acme/open'), {}, undefined],
    ['a password', settings, { authorization: basic('root') }, 'root'],
    ['a personal token', 'authenticated', { authorization: bearer('pat wim') }, 'wim'],
    ['a session that reads', 'authenticated', { headers: { cookie: 'ses=wim' } }, 'wim'],
    [
      'a session that is over, where nobody has to log in',
      'optional',
      { headers: { cookie: 'other=1' } },
      undefined,
    ],
    [
      'a session with its token, behind a proxy that ends TLS',
      'authenticated',
      {
        method: 'POST',
        headers: { cookie: 'ses=wim', 'x-csrf-token': 'csrf-wim', origin: 'http://hub.example:5000' },
      },
      'wim',
    ],
    [
      'a session with its token',
      'authenticated',
      {
        method: 'POST',
        headers: { cookie: 'ses=wim', 'x-csrf-token': 'csrf-wim', origin: 'https://hub.example:5000' },
      },
      'wim',
    ],
  ] as const) {
    test(`${title} → in`, async () => {
      const admission = await admit(wanted, { surface: 'api', ...request });
      assert.equal(admission.actor?.name, actor);
    });
  }

  test('a token that is limited to less → 403 that says so', async () => {
    const error = await refusal(admit(settings, { surface: 'api', authorization: bearer('pat root pull') }));
    assert.equal(error.status, 403);
    assert.match(error.message, /token/);
  });
});

describe('a refusal', () => {
  for (const [title, wanted, request, actor] of [
    ['of a password', push(), { authorization: basic('rea') }, 'rea'],
    ['of a token', push(), { authorization: bearer('jwt rea') }, 'rea'],
    [
      'on the API',
      repository('acme/app', 'settings'),
      { surface: 'api', authorization: basic('rea') },
      'rea',
    ],
    [
      'of a session without its CSRF token',
      repository('acme/app', 'settings'),
      { surface: 'api', method: 'POST', headers: { cookie: 'ses=rea' } },
      'rea',
    ],
    ['of a wrong password', push(), { authorization: basic('rea', 'guess') }, undefined],
    ['of anybody', push(), {}, undefined],
  ] as const) {
    test(`${title} remembers ${actor ?? 'nobody'}, where nobody sends it`, async () => {
      const error = await refusal(admit(wanted, request));
      assert.equal(refusedActor(error)?.name, actor);
      assert.doesNotMatch(JSON.stringify(Object.getOwnPropertyDescriptors(error)), /credential/);
    });
  }

  test('of a wrong password says the same whoever it is: how to log in with a second factor', async () => {
    const [one, two] = await Promise.all(
      ['rea', 'nobody-there'].map((name) => refusal(admit(push(), { authorization: basic(name, 'guess') }))),
    );
    assert.equal(one?.message, two?.message);
    assert.match(one?.message ?? '', /second factor, use an access token/);
  });
});

describe('existence does not leak', () => {
  for (const who of [undefined, 'eve', 'wim']) {
    for (const surface of ['registry', 'api'] as const) {
      for (const actions of [['pull'], ['pull', 'push'], ['delete'], ['settings'], ['administer']]) {
        test(`${who ?? 'nobody'} on the ${surface}, ${actions}: the same for private as for what is not there`, async () => {
          await access.repository('beta/private');
          access.accounts.add('beta', 'organisation');
          const answers = [];
          for (const name of ['beta/private', 'beta/nothing', 'gamma/nothing']) {
            const credentials = who === undefined ? {} : { authorization: basic(who) };
            const error = await refusal(admit(repository(name, ...actions), { surface, ...credentials }));
            const { status, code, message, headers, detail } = error;
            const text = JSON.stringify({ status, code, message, headers, detail });
            answers.push(text.replaceAll(name, 'NAME').replace(/owner of \w+/, 'owner of ORG'));
          }
          assert.equal(new Set(answers).size, 1, answers.join('\n'));
        });
      }
    }
  }
});
