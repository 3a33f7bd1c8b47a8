import type { Kysely, Selectable } from 'kysely';
import { namespaceOf } from '../../oci/index.ts';
import type { AccessTables, Visibility } from '../tables.ts';

type Db = Kysely<AccessTables>;
export type RepositoryRow = Selectable<AccessTables['repository_access']>;

export async function findRepository(db: Db, repository: string): Promise<RepositoryRow | undefined> {
  return db
    .selectFrom('repository_access')
    .selectAll()
    .where('repository', '=', repository)
    .executeTakeFirst();
}

/** Makes its row, or changes whether it is public. */
export async function putRepository(
  db: Db,
  row: { repository: string; visibility: Visibility; createdBy: number | null; now: number },
): Promise<void> {
  const { repository, visibility } = row;
  await db
    .insertInto('repository_access')
    .values({
      repository,
      namespace: namespaceOf(repository) ?? '',
      visibility,
      created_by: row.createdBy,
      created_at: row.now,
    })
    .onConflict((conflict) => conflict.doUpdateSet({ visibility }))
    .execute();
}

export async function renameRepositoryRow(db: Db, from: string, to: string): Promise<void> {
  await db
    .updateTable('repository_access')
    .set({ repository: to, namespace: namespaceOf(to) ?? '' })
    .where('repository', '=', from)
    .execute();
}

export async function removeRepositoryRow(db: Db, repository: string): Promise<boolean> {
  const result = await db
    .deleteFrom('repository_access')
    .where('repository', '=', repository)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function hasRepositories(db: Db, namespace: string): Promise<boolean> {
  const row = await db
    .selectFrom('repository_access')
    .select('repository')
    .where('namespace', '=', namespace)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Private as long as nobody said otherwise. */
export async function findDefaultVisibility(db: Db, namespaceId: number): Promise<Visibility> {
  const row = await db
    .selectFrom('namespace_settings')
    .select('default_visibility')
    .where('namespace_id', '=', namespaceId)
    .executeTakeFirst();
  return row?.default_visibility ?? 'private';
}

export async function putDefaultVisibility(
  db: Db,
  namespaceId: number,
  visibility: Visibility,
): Promise<void> {
  await db
    .insertInto('namespace_settings')
    .values({ namespace_id: namespaceId, default_visibility: visibility })
    .onConflict((conflict) => conflict.doUpdateSet({ default_visibility: visibility }))
    .execute();
}
