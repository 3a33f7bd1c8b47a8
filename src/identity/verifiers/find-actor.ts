import type { Kysely } from 'kysely';
import type { Actor } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { toScope } from '../access-tokens/access-tokens.ts';
import type { Changes } from '../changes.ts';
import { createFreshCache } from '../fresh-cache.ts';
import type { IdentityTables } from '../tables.ts';

/** What somebody keeps of a credential that was good when it was shown. */
export interface ShownCredential {
  readonly accountId: number;
  readonly credential: Pick<Actor['credential'], 'kind' | 'id'>;
  /** When it was shown, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
}

/**
 * Who that is now, for tokens that were given for it. Undefined when the account is gone or disabled, the access token
 * gone or too old, the password another one since, or not enough any more because of a second factor.
 */
export type ActorFinder = (shown: ShownCredential) => Promise<Actor | undefined>;

export function createActorFinder(options: {
  readonly reads: Kysely<IdentityTables>;
  readonly clock: Clock;
  readonly changes: Changes;
}): ActorFinder {
  const { reads, clock, changes } = options;
  const findAccount = createFreshCache({ clock, changes, read: (id: number) => readAccount(reads, id) });
  const findToken = createFreshCache({ clock, changes, read: (id: string) => readToken(reads, id) });

  return async ({ accountId, credential, authenticatedAt }) => {
    const account = await findAccount(accountId);
    if (!account || account.kind === 'organisation') return undefined;
    const { kind, name } = account;
    const isAdministrator = account.is_administrator === 1;
    const shown = { kind: credential.kind, id: credential.id };
    if (credential.kind === 'token') {
      const token = await findToken(credential.id ?? '');
      if (!token || token.accountId !== accountId) return undefined;
      if (token.expiresAt !== null && clock.now() >= token.expiresAt) return undefined;
      return { kind, name, accountId, isAdministrator, credential: { ...shown, scope: token.scope } };
    }
    if (credential.kind === 'password') {
      const isEnough = account.password_hash !== null && account.confirmed_at === null;
      if (!isEnough || (account.password_changed_at ?? 0) > authenticatedAt) return undefined;
    }
    return { kind, name, accountId, isAdministrator, credential: { ...shown, scope: undefined } };
  };
}

function readAccount(reads: Kysely<IdentityTables>, id: number) {
  return reads
    .selectFrom('account')
    .leftJoin('user_profile', 'user_profile.account_id', 'account.id')
    .leftJoin('totp', 'totp.account_id', 'account.id')
    .leftJoin('account as owner', 'owner.id', 'account.owner_id')
    .select([
      'account.kind',
      'account.name',
      'user_profile.is_administrator',
      'user_profile.password_hash',
      'user_profile.password_changed_at',
      'totp.confirmed_at',
    ])
    .where('account.id', '=', id)
    .where('account.disabled_at', 'is', null)
    .where('owner.disabled_at', 'is', null)
    .executeTakeFirst();
}

async function readToken(reads: Kysely<IdentityTables>, id: string) {
  const row = await reads.selectFrom('access_token').selectAll().where('id', '=', id).executeTakeFirst();
  return row && { accountId: row.account_id, expiresAt: row.expires_at, scope: toScope(row) };
}
