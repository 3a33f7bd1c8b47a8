import type { Kysely, Transaction } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

export type TreeChange = Omit<DistributionTables['tree_change'], 'id'>;

/** SQLite takes some 32,000 parameters in a statement; deleting one manifest may remove more tags than that. */
const CHANGES_PER_STATEMENT = 1000;

/** Notes, in the transaction that changes a fact, that the link files have to follow. */
export async function recordTreeChanges(
  trx: Transaction<DistributionTables>,
  repository: RepositoryName,
  changes: readonly Omit<TreeChange, 'repository'>[],
): Promise<void> {
  for (let from = 0; from < changes.length; from += CHANGES_PER_STATEMENT) {
    const some = changes.slice(from, from + CHANGES_PER_STATEMENT);
    await trx
      .insertInto('tree_change')
      .values(some.map((change) => ({ repository, ...change })))
      .execute();
  }
}

/** The oldest changes not followed yet. */
export async function listTreeChanges(
  db: Kysely<DistributionTables>,
  limit: number,
): Promise<(TreeChange & { id: number })[]> {
  return db.selectFrom('tree_change').selectAll().orderBy('id').limit(limit).execute();
}

export async function removeTreeChanges(
  trx: Transaction<DistributionTables>,
  throughId: number,
): Promise<void> {
  await trx.deleteFrom('tree_change').where('id', '<=', throughId).execute();
}
