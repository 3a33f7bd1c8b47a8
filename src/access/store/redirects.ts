import type { Kysely } from 'kysely';
import type { AccessTables } from '../tables.ts';
import { countRedirectChange } from './version.ts';

type Db = Kysely<AccessTables>;

/** From now on `from` leads to `to`, and so does whatever led to `from`: one step is always enough. */
export async function putRedirect(db: Db, from: string, to: string): Promise<void> {
  await db.deleteFrom('repository_redirect').where('name', '=', to).execute();
  await db.updateTable('repository_redirect').set({ target: to }).where('target', '=', from).execute();
  await db
    .insertInto('repository_redirect')
    .values({ name: from, target: to })
    .onConflict((conflict) => conflict.doUpdateSet({ target: to }))
    .execute();
  await countRedirectChange(db);
}

/** Whether a name of this namespace leads somewhere. */
export async function leadsFrom(db: Db, namespace: string): Promise<boolean> {
  const row = await db
    .selectFrom('repository_redirect')
    .select('name')
    // `0` comes after `/`.
    .where('name', '>', `${namespace}/`)
    .where('name', '<', `${namespace}0`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Something is made at `name`, or what was there is gone: then nothing leads from there, or there, any more. Answers
 * the number of redirects from the commit on; undefined when there were none to remove.
 */
export async function removeRedirects(db: Db, name: string): Promise<number | undefined> {
  const result = await db
    .deleteFrom('repository_redirect')
    .where((where) => where.or([where('name', '=', name), where('target', '=', name)]))
    .executeTakeFirst();
  return result.numDeletedRows > 0n ? await countRedirectChange(db) : undefined;
}
