import assert from 'node:assert/strict';
import type { Actor, Admission, AdmissionRequest, RouteAccess, TokenScope } from '../../http/index.ts';
import type { OciError } from '../../oci/index.ts';
import type { CredentialVerifiers, TokenAccess } from '../credential-verifiers.ts';
import { createAccountsGuard } from '../guard/create-accounts-guard.ts';
import { type OpenAccess, openAccess } from './open-access.ts';

/** A guard of accounts in front of acme/app and of acme/open, which is public; wim may write, rea read. */
export interface GuardScene extends AsyncDisposable {
  readonly access: OpenAccess;
  admit(wanted: RouteAccess, request?: GuardRequest, realm?: string): Promise<Admission>;
}

interface GuardRequest {
  readonly authorization?: string;
  readonly surface?: 'registry' | 'api';
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function openGuardScene(): Promise<GuardScene> {
  const access = await openAccess();
  await access.member('acme', 'wim', 'writer');
  await access.member('acme', 'rea', 'reader');
  await access.repository('acme/app');
  await access.repository('acme/open', 'public');
  const verifiers = createVerifiers((name, scope) => access.actor(name, scope));
  return {
    access,
    async admit(wanted, request = {}, realm = undefined) {
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
    },
    [Symbol.asyncDispose]: () => access[Symbol.asyncDispose](),
  };
}

/** `jwt NAME TYPE:NAME:ACTIONS…`, NAME `anybody` for nobody in particular; `pat NAME [ACTION]`; passwords are the names. */
function createVerifiers(actorOf: (name: string, scope?: TokenScope) => Actor): CredentialVerifiers {
  return {
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
}

export const basic = (name: string, password = name) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

export const bearer = (token: string) => `Bearer ${token}`;

export const repository = (name: string, ...actions: string[]): RouteAccess => ({
  type: 'repository',
  name,
  actions,
});

export const pull = (name = 'acme/app') => repository(name, 'pull');

export const push = (name = 'acme/app') => repository(name, 'pull', 'push');

export async function refusal(promise: Promise<unknown>): Promise<OciError> {
  return promise.then(
    () => assert.fail('was admitted'),
    (error: OciError) => error,
  );
}
