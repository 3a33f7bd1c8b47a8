import type { Kysely, Transaction } from 'kysely';
import type { StoredEvent } from './event.ts';
import type { JobTables } from './tables.ts';

/** Events after `after`, oldest first. */
export async function listEvents(
  db: Kysely<JobTables>,
  page: { after: number; limit: number },
): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map(({ id, body }) => ({ ...JSON.parse(body), id }));
}

/**
 * 0 for a subscriber that never dealt with anything, and for one that is further than the events: then they were begun
 * anew (a database made from the tree), and their ids with them.
 */
export async function findPosition(db: Kysely<JobTables>, subscriber: string): Promise<number> {
  const row = await db
    .selectFrom('event_cursor')
    .select((select) => [
      'position',
      select
        .selectFrom('event')
        .select(({ fn }) => fn.max('id').as('last'))
        .as('last'),
    ])
    .where('subscriber', '=', subscriber)
    .executeTakeFirst();
  return row && row.position <= (row.last ?? 0) ? row.position : 0;
}

export async function putPosition(
  trx: Transaction<JobTables>,
  subscriber: string,
  position: number,
): Promise<void> {
  await trx
    .insertInto('event_cursor')
    .values({ subscriber, position })
    .onConflict((conflict) => conflict.doUpdateSet({ position }))
    .execute();
}

/** Forgets events before `position`, at most `limit`. The one at `position` stays: no id is given twice. */
export async function pruneEvents(
  trx: Transaction<JobTables>,
  position: number,
  limit: number,
): Promise<number> {
  const result = await trx
    .deleteFrom('event')
    .where('id', 'in', (query) =>
      query.selectFrom('event').select('id').where('id', '<', position).orderBy('id').limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
