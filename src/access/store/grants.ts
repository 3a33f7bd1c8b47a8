import type { Kysely, Selectable } from 'kysely';
import type { AccessTables } from '../tables.ts';

type Db = Kysely<AccessTables>;
export type Grant = Selectable<AccessTables['access_grant']>;

/** In the order of ids, with the name of the team where it was given to one. */
export async function listGrants(
  db: Db,
  namespaceId: number,
  page: { after: string; limit: number },
): Promise<(Grant & { team: string | null })[]> {
  return db
    .selectFrom('access_grant')
    .leftJoin('team', (join) =>
      join.onRef('team.id', '=', 'access_grant.subject_id').on('access_grant.subject_kind', '=', 'team'),
    )
    .selectAll('access_grant')
    .select('team.name as team')
    .where('namespace_id', '=', namespaceId)
    .where('access_grant.id', '>', page.after)
    .orderBy('access_grant.id')
    .limit(page.limit)
    .execute();
}

/** Answers false when the same was given before. */
export async function insertGrant(db: Db, grant: Grant): Promise<boolean> {
  const result = await db
    .insertInto('access_grant')
    .values(grant)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function countGrants(db: Db, namespaceId: number): Promise<number> {
  const row = await db
    .selectFrom('access_grant')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('namespace_id', '=', namespaceId)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Answers what it was. */
export async function removeGrant(db: Db, namespaceId: number, id: string): Promise<Grant | undefined> {
  return db
    .deleteFrom('access_grant')
    .where('namespace_id', '=', namespaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}
