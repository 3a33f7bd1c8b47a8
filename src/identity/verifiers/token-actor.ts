import type { Kysely } from 'kysely';
import type { Actor } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { toScope } from '../access-tokens/access-tokens.ts';
import type { Changes } from '../changes.ts';
import { createFreshCache } from '../fresh-cache.ts';
import { hashSecret, isSecret } from '../secret.ts';
import type { IdentityTables } from '../tables.ts';
import type { Usage } from '../usage.ts';

/** Whose personal or robot token `secret` is. Undefined for what is none, was revoked, or is too old. */
export type FindTokenActor = (secret: string, remoteAddress: string) => Promise<Actor | undefined>;

interface KnownToken {
  readonly actor: Actor;
  readonly accountId: number;
  readonly id: string;
  readonly expiresAt: number | undefined;
}

export function createTokenActors(options: {
  readonly reads: Kysely<IdentityTables>;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly usage: Usage;
}): FindTokenActor {
  const { reads, clock, changes, usage } = options;
  const find = createFreshCache({ clock, changes, read: (hash: string) => readToken(reads, hash) });

  return async (secret, remoteAddress) => {
    if (!isSecret(secret, 'pat', 'rob')) return undefined;
    const token = await find(hashSecret(secret));
    if (!token || (token.expiresAt !== undefined && clock.now() >= token.expiresAt)) return undefined;
    usage.noteToken(token.id, remoteAddress);
    usage.noteAccount(token.accountId);
    return token.actor;
  };
}

async function readToken(reads: Kysely<IdentityTables>, hash: string): Promise<KnownToken | undefined> {
  const row = await reads
    .selectFrom('access_token')
    .innerJoin('account', 'account.id', 'access_token.account_id')
    .leftJoin('user_profile', 'user_profile.account_id', 'account.id')
    .leftJoin('account as owner', 'owner.id', 'account.owner_id')
    .select([
      'access_token.id',
      'access_token.actions',
      'access_token.repositories',
      'access_token.expires_at',
      'account.id as account_id',
      'account.name',
      'account.kind',
      'user_profile.is_administrator',
    ])
    .where('access_token.secret_hash', '=', hash)
    .where('account.disabled_at', 'is', null)
    // A robot of an organisation that is disabled.
    .where('owner.disabled_at', 'is', null)
    .executeTakeFirst();
  if (!row || row.kind === 'organisation') return undefined;
  return {
    id: row.id,
    accountId: row.account_id,
    expiresAt: row.expires_at ?? undefined,
    actor: {
      kind: row.kind,
      name: row.name,
      accountId: row.account_id,
      isAdministrator: row.is_administrator === 1,
      credential: { kind: 'token', id: row.id, scope: toScope(row) },
    },
  };
}
