import type { Kysely } from 'kysely';
import type { AccessRequirement, Call } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import { findUser, type User } from '../accounts/users.ts';
import { IdentityError } from '../identity-error.ts';
import type { IdentityTables } from '../tables.ts';

export const administer: AccessRequirement = { type: 'system', name: 'registry', actions: ['administer'] };

/** The user's own, or an administrator's. */
export function manageAccount({ name }: { readonly name: string }): AccessRequirement {
  return { type: 'account', name, actions: ['manage'] };
}

/** RFC 3339 in UTC. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Throws `Problem` not-found. */
export async function getUserOf(db: Kysely<IdentityTables>, name: string): Promise<User> {
  const user = await findUser(db, name);
  if (!user) throw problem('not-found', `There is no user ${name}.`);
  return user;
}

/** Throws `Problem` forbidden: an administrator manages accounts, but never acts as somebody else. */
export function assertSelf(call: Call, user: User): void {
  if (call.actor?.accountId === user.id) return;
  throw problem('forbidden', `Only ${user.name} can do this.`);
}

/** Runs `work` and says what is wrong with the request in the words of the API: `IdentityError` becomes `Problem`. */
export async function inApiWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    const { message, code } = error;
    switch (code) {
      case 'name-taken':
      case 'token-name-taken':
      case 'too-many-tokens':
        throw problem('conflict', message, { cause: error });
      case 'password-invalid':
        throw problem('invalid-request', message, {
          fields: [{ pointer: '/password', message }],
          cause: error,
        });
      case 'name-invalid':
        throw problem('invalid-request', message, { fields: [{ pointer: '/name', message }], cause: error });
      default:
        throw error;
    }
  }
}
