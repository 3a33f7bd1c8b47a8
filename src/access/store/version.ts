import { type Kysely, sql } from 'kysely';
import type { AccessTables } from '../tables.ts';

/** To be called in each transaction that changes who may do what. */
export async function countChange(trx: Kysely<AccessTables>): Promise<void> {
  await trx.updateTable('access_version').set({ version: sql`version + 1` }).execute();
}

/** The same, when redirects changed; answers their number from the commit on. */
export async function countRedirectChange(trx: Kysely<AccessTables>): Promise<number> {
  const { redirects } = await trx
    .updateTable('access_version')
    .set({ version: sql`version + 1`, redirects: sql`version + 1` })
    .returning('redirects')
    .executeTakeFirstOrThrow();
  return redirects;
}
