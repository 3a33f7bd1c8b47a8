import type { Kysely } from 'kysely';
import type { IdentityTables } from '../tables.ts';
import { createAccount } from './create-account.ts';

/**
 * Within the caller's transaction. Answers the account's id. Throws `IdentityError`: name-invalid, name-taken. Hash the
 * password before the transaction: all others would wait for it.
 */
export async function createUser(
  trx: Kysely<IdentityTables>,
  user: {
    readonly name: string;
    readonly now: number;
    readonly email?: string | undefined;
    readonly displayName?: string | undefined;
    /** Undefined: cannot log in with a password yet. */
    readonly passwordHash?: string | undefined;
    readonly isAdministrator?: boolean | undefined;
  },
): Promise<number> {
  const { name, now, email, displayName, passwordHash, isAdministrator = false } = user;
  const { id } = await createAccount(trx, { name, kind: 'user', now });
  await trx
    .insertInto('user_profile')
    .values({
      account_id: id,
      email: email ?? null,
      display_name: displayName ?? null,
      password_hash: passwordHash ?? null,
      password_changed_at: passwordHash === undefined ? null : now,
      is_administrator: isAdministrator ? 1 : 0,
      last_seen_at: null,
    })
    .execute();
  return id;
}
