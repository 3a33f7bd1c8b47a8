import type { Kysely, Transaction } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

export type TreeChange = Omit<DistributionTables['tree_change'], 'id'>;

/** SQLite takes some 32,000 parameters in a statement; deleting one manifest may remove more tags than that. */
const CHANGES_PER_STATEMENT = 1000;
/** Up to here, statements that need no building are cheaper. */
const FEW_CHANGES = 8;

const recordOne = prepare((trx: Kysely<DistributionTables>, { repository, kind, name }: TreeChange) =>
  trx.insertInto('tree_change').values({ repository, kind, name }),
);

/** Notes, in the transaction that changes a fact, that the link files have to follow. */
export async function recordTreeChanges(
  trx: Transaction<DistributionTables>,
  repository: RepositoryName,
  changes: readonly Omit<TreeChange, 'repository'>[],
): Promise<void> {
  if (changes.length <= FEW_CHANGES) {
    await Promise.all(changes.map((change) => recordOne(trx, { repository, ...change })));
    return;
  }
  for (let from = 0; from < changes.length; from += CHANGES_PER_STATEMENT) {
    const some = changes.slice(from, from + CHANGES_PER_STATEMENT);
    await trx
      .insertInto('tree_change')
      .values(some.map((change) => ({ repository, ...change })))
      .execute();
  }
}

/** The changes after `after` that are not followed yet, oldest first. */
export async function listTreeChanges(
  db: Kysely<DistributionTables>,
  page: { after: number; limit: number },
): Promise<(TreeChange & { id: number })[]> {
  return db
    .selectFrom('tree_change')
    .selectAll()
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
}

export async function countTreeChanges(db: Kysely<DistributionTables>): Promise<number> {
  const row = await db
    .selectFrom('tree_change')
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function removeTreeChanges(
  trx: Transaction<DistributionTables>,
  ids: readonly number[],
): Promise<void> {
  for (let from = 0; from < ids.length; from += CHANGES_PER_STATEMENT) {
    await trx
      .deleteFrom('tree_change')
      .where('id', 'in', ids.slice(from, from + CHANGES_PER_STATEMENT))
      .execute();
  }
}
