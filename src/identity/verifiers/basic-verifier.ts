import type { Actor } from '../../http/index.ts';
import type { PasswordLogins } from '../logins/password-login.ts';
import { isSecret } from '../secret.ts';
import type { Usage } from '../usage.ts';
import type { FindTokenActor } from './token-actor.ts';

/** User names that programs send when the token says it all (clients.md §3.2). */
const anyUser = new Set(['token', '<token>', 'oauth2accesstoken']);

export type BasicVerifier = (
  credentials: { readonly user: string; readonly password: string },
  request: { readonly remoteAddress: string },
) => Promise<Actor | undefined>;

/**
 * A user with a password, or an account with one of its tokens as the password. Who has a second factor cannot show it
 * here, and so gets in with a token alone.
 */
export function createBasicVerifier(options: {
  readonly logins: PasswordLogins;
  readonly findTokenActor: FindTokenActor;
  readonly usage: Usage;
}): BasicVerifier {
  const { logins, findTokenActor, usage } = options;
  return async ({ user: name, password }, { remoteAddress }) => {
    if (isSecret(password, 'pat', 'rob')) {
      const actor = await findTokenActor(password, remoteAddress);
      // A token that was pasted beside another's name is a mistake that must not act as somebody else.
      return actor && (actor.name === name || anyUser.has(name)) ? actor : undefined;
    }
    const attempt = { name, password, address: remoteAddress, device: undefined };
    const user = await logins.check(attempt, ({ hasTwoFactor }) => !hasTwoFactor);
    if (!user) return undefined;
    usage.noteAccount(user.id);
    return {
      kind: 'user',
      name: user.name,
      accountId: user.id,
      isAdministrator: user.isAdministrator,
      credential: { kind: 'password', id: undefined, scope: undefined },
    };
  };
}
