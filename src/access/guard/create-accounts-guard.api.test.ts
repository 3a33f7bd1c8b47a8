import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Problem } from '../../http/index.ts';
import {
  basic,
  bearer,
  type GuardScene,
  openGuardScene,
  pull,
  refusal,
  repository,
} from '../suite/guard-scene.ts';

let scene: GuardScene;
before(async () => {
  scene = await openGuardScene();
});
after(() => scene[Symbol.asyncDispose]());

const admit: GuardScene['admit'] = (...request) => scene.admit(...request);

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
