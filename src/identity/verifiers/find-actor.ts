import type { Kysely } from 'kysely';
import type { Actor } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Changes } from '../changes.ts';
import { createFreshCache } from '../fresh-cache.ts';
import type { IdentityTables } from '../tables.ts';

/**
 * Who the account is now, having shown `credential`: for tokens and logins that are kept elsewhere. Undefined when it is
 * gone or disabled.
 */
export type ActorFinder = (accountId: number, credential: Actor['credential']) => Promise<Actor | undefined>;

export function createActorFinder(options: {
  readonly reads: Kysely<IdentityTables>;
  readonly clock: Clock;
  readonly changes: Changes;
}): ActorFinder {
  const { reads, clock, changes } = options;
  const find = createFreshCache({ clock, changes, read: (id: number) => readAccount(reads, id) });
  return async (accountId, credential) => {
    const account = await find(accountId);
    if (!account || account.kind === 'organisation') return undefined;
    const { kind, name, is_administrator } = account;
    return { kind, name, accountId, isAdministrator: is_administrator === 1, credential };
  };
}

function readAccount(reads: Kysely<IdentityTables>, id: number) {
  return reads
    .selectFrom('account')
    .leftJoin('user_profile', 'user_profile.account_id', 'account.id')
    .leftJoin('account as owner', 'owner.id', 'account.owner_id')
    .select(['account.kind', 'account.name', 'user_profile.is_administrator'])
    .where('account.id', '=', id)
    .where('account.disabled_at', 'is', null)
    .where('owner.disabled_at', 'is', null)
    .executeTakeFirst();
}
