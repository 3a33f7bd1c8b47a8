import type { Kysely } from 'kysely';
import type { IdentityTables } from '../tables.ts';
import { type Account, toAccount } from './account.ts';

/** By its whole name: `alice`, `acme`, `acme+ci`. */
export async function findAccount(db: Kysely<IdentityTables>, name: string): Promise<Account | undefined> {
  const row = await db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst();
  return row && toAccount(row);
}
