import { sql, type Transaction } from 'kysely';
import type { RepositoryName } from '../oci/index.ts';
import { findRepositoryId } from './store/repositories.ts';
import type { DistributionTables } from './tables.ts';

type Trx = Transaction<DistributionTables>;

/**
 * Gives a repository another name, with all that it holds; uploads in progress to the old name stay there. False,
 * having changed nothing, when there is one at `to`; true, too, when there is none at `from`. Both names' links
 * are noted for the link tree, which removes the old and writes the new: poke the trail after the commit.
 */
export async function renameRepository(trx: Trx, from: RepositoryName, to: RepositoryName): Promise<boolean> {
  if ((await findRepositoryId(trx, to)) !== undefined) return false;
  const id = await findRepositoryId(trx, from);
  if (id === undefined) return true;
  await trx.updateTable('repository').set({ name: to }).where('id', '=', id).execute();
  await noteEveryLink(trx, id, to);
  await noteEveryLink(trx, id, from);
  return true;
}

/**
 * Removes a repository: tags, manifests, links to blobs. Blobs stay for others, and manifests that nobody has any
 * more for the clean-up. Answers whether it was there. Poke the trail after the commit.
 */
export async function removeRepository(trx: Trx, name: RepositoryName): Promise<boolean> {
  const id = await findRepositoryId(trx, name);
  if (id === undefined) return false;
  await noteEveryLink(trx, id, name);
  // Tags refer to manifests, and all of them to the repository.
  for (const table of ['tag', 'repository_manifest', 'repository_blob'] as const) {
    await trx.deleteFrom(table).where('repository_id', '=', id).execute();
  }
  await trx.deleteFrom('repository').where('id', '=', id).execute();
  return true;
}

/** By statements that stay in the database: a repository may have a hundred thousand tags. */
async function noteEveryLink(trx: Trx, id: number, repository: RepositoryName): Promise<void> {
  const facts = [
    { kind: 'layer', table: 'repository_blob', name: 'digest' },
    { kind: 'revision', table: 'repository_manifest', name: 'digest' },
    { kind: 'tag', table: 'tag', name: 'name' },
  ] as const;
  for (const { kind, table, name } of facts) {
    await sql`INSERT INTO tree_change (repository, kind, name)
      SELECT ${repository}, ${kind}, ${sql.ref(name)} FROM ${sql.table(table)} WHERE repository_id = ${id}`.execute(
      trx,
    );
  }
}
