import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRequirement, AdmissionRequest } from '../http/index.ts';
import { OciError } from '../oci/index.ts';
import { createBasicGuard } from './basic-guard.ts';
import type { CredentialVerifier } from './credential-verifier.ts';
import { createOpenGuard } from './open-guard.ts';

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;
const onlyAnn: CredentialVerifier = {
  verify: async ({ user, password }) =>
    user === 'ann' && password === 'secret' ? { name: 'ann' } : undefined,
};
const ask = (request: Pick<AdmissionRequest, 'authorization' | 'access'>): AdmissionRequest => ({
  ...request,
  surface: 'registry',
  method: 'GET',
  remoteAddress: '127.0.0.1',
  requestId: 'r-1',
  query: new URLSearchParams(),
  header: () => undefined,
  origin: () => 'http://127.0.0.1:5000',
});
const push: AccessRequirement = { type: 'repository', name: 'a/b', actions: ['pull', 'push'] };
const remove: AccessRequirement = { type: 'repository', name: 'a/b', actions: ['delete'] };
const catalog: AccessRequirement = { type: 'registry', name: 'catalog', actions: ['*'] };
const protectedAccess = [push, remove, catalog, 'authenticated'] as const;

const refused: readonly [title: string, authorization: string | undefined][] = [
  ['no credentials', undefined],
  ['an empty header', ''],
  ['a wrong password', basic('ann:wrong')],
  ['an unknown user', basic('bob:secret')],
  ['an empty user and password', 'Basic Og=='],
  ['malformed credentials', 'Basic ***'],
  ['another scheme', 'Bearer abc'],
  ['another scheme with right credentials', basic('ann:secret').replace('Basic', 'Negotiate')],
];

for (const [title, authorization] of refused) {
  test(`${title} → UNAUTHORIZED with one Basic challenge, whatever is asked for`, async () => {
    const guard = createBasicGuard({ verifier: onlyAnn, realm: 'Registry Realm' });
    for (const access of protectedAccess) {
      await assert.rejects(async () => guard.admit(ask({ authorization, access })), {
        name: 'OciError',
        code: 'UNAUTHORIZED',
        status: 401,
        headers: { 'WWW-Authenticate': 'Basic realm="Registry Realm"' },
      });
    }
  });
}

test('a wrong password and an unknown user are answered alike', async () => {
  const guard = createBasicGuard({ verifier: onlyAnn, realm: 'r' });
  const answerTo = async (credentials: string) => {
    try {
      return await guard.admit(ask({ authorization: basic(credentials), access: push }));
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(await answerTo('ann:wrong'), await answerTo('bob:secret'));
});

test('no refusal repeats what was sent', async () => {
  const guard = createBasicGuard({ verifier: onlyAnn, realm: 'r' });
  for (const authorization of [basic('ann:hunter2'), 'Bearer hunter2', 'hunter2']) {
    await assert.rejects(
      async () => guard.admit(ask({ authorization, access: push })),
      (error: OciError) => {
        assert.doesNotMatch(error.message + JSON.stringify(error), /hunter2|aHVudGVyMg|YW5u/);
        return true;
      },
    );
  }
});

test('a good login may do everything, and is the actor', async () => {
  const guard = createBasicGuard({ verifier: onlyAnn, realm: 'r' });
  for (const access of protectedAccess) {
    const admission = await guard.admit(ask({ authorization: basic('ann:secret'), access }));
    assert.equal(admission.actor?.name, 'ann');
    for (const more of [push, remove, catalog]) {
      assert.equal(await admission.may(more), true);
    }
  }
});

test('public routes ask for no login, look at none, and give no right to more', async () => {
  const verifier: CredentialVerifier = { verify: () => assert.fail('must not be asked') };
  const guard = createBasicGuard({ verifier, realm: 'r' });
  const admission = await guard.admit(ask({ authorization: basic('ann:secret'), access: 'public' }));
  assert.equal(admission.actor, undefined);
  assert.equal(await admission.may(push), false);
});

test('a verifier that cannot tell refuses the request', async () => {
  const busy = new OciError('TOOMANYREQUESTS', 'later');
  const guard = createBasicGuard({ verifier: { verify: () => Promise.reject(busy) }, realm: 'r' });
  await assert.rejects(
    async () => guard.admit(ask({ authorization: basic('ann:secret'), access: push })),
    busy,
  );
});

const realms: readonly [realm: string, challenge: string][] = [
  ['Registry Realm', 'Basic realm="Registry Realm"'],
  ['', 'Basic realm=""'],
  ['a "b" \\ c', 'Basic realm="a \\"b\\" \\\\ c"'],
  ['x", Bearer realm="http://evil', 'Basic realm="x\\", Bearer realm=\\"http://evil"'],
  ['a\r\nSet-Cookie: b', 'Basic realm="a??Set-Cookie: b"'],
  ['Käse 𝄞', 'Basic realm="K?se ?"'],
];

for (const [realm, challenge] of realms) {
  test(`the realm ${JSON.stringify(realm)} stays within its quotes`, async () => {
    const guard = createBasicGuard({ verifier: onlyAnn, realm });
    await assert.rejects(async () => guard.admit(ask({ authorization: undefined, access: push })), {
      headers: { 'WWW-Authenticate': challenge },
    });
  });
}

test('the open guard lets everybody do everything as nobody', async () => {
  const guard = createOpenGuard();
  for (const authorization of [undefined, basic('ann:secret'), 'nonsense']) {
    const admission = await guard.admit(ask({ authorization, access: push }));
    assert.equal(admission.actor, undefined);
    assert.equal(await admission.may({ type: 'registry', name: 'catalog', actions: ['*'] }), true);
  }
});
