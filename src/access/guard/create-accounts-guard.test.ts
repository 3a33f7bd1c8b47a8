import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { refusedActor } from '../../http/index.ts';
import {
  basic,
  bearer,
  type GuardScene,
  openGuardScene,
  pull,
  push,
  refusal,
  repository,
} from '../suite/guard-scene.ts';

let scene: GuardScene;
before(async () => {
  scene = await openGuardScene();
});
after(() => scene[Symbol.asyncDispose]());

const admit: GuardScene['admit'] = (...request) => scene.admit(...request);

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
          await scene.access.repository('beta/private');
          scene.access.accounts.add('beta', 'organisation');
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
