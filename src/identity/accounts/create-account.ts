import type { Kysely } from 'kysely';
import { accountNamePattern, robotNamePattern } from '../../api/index.ts';
import { IdentityError } from '../identity-error.ts';
import type { AccountKind, IdentityTables } from '../tables.ts';
import { type Account, toAccount } from './account.ts';
import { findAccount } from './find-account.ts';

/**
 * Within the caller's transaction. Whether a name is reserved is for the caller to ask. Throws `IdentityError`:
 * name-invalid, name-taken.
 */
export async function createAccount(
  trx: Kysely<IdentityTables>,
  account: {
    readonly name: string;
    readonly kind: AccountKind;
    /** Milliseconds since the Unix epoch. */
    readonly now: number;
    /** Of a robot, and of nothing else. */
    readonly ownerId?: number;
  },
): Promise<Account> {
  const { name, kind, now, ownerId } = account;
  if (!(kind === 'robot' ? robotNamePattern : accountNamePattern).test(name)) {
    throw new IdentityError(
      'name-invalid',
      'A name has 2 to 39 lower-case letters and digits, with single ".", "_" or "-" between them.',
    );
  }
  if (await findAccount(trx, name)) {
    throw new IdentityError(
      'name-taken',
      `The name ${name} is taken. Users and organisations share one list.`,
    );
  }
  const row = await trx
    .insertInto('account')
    .values({ name, kind, owner_id: ownerId ?? null, created_at: now, disabled_at: null })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toAccount(row);
}
