import type { Kysely } from 'kysely';
import type { IdentityTables } from '../tables.ts';

/**
 * Within the caller's transaction: with its profile, tokens, sessions and, for an organisation, its robots. The name
 * is free afterwards, the id never again.
 */
export async function deleteAccount(trx: Kysely<IdentityTables>, id: number): Promise<void> {
  await trx.deleteFrom('account').where('id', '=', id).execute();
}
