import type { Kysely, Transaction } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;
type Trx = Transaction<DistributionTables>;

const idOf = prepare((db: Reads, named: { name: RepositoryName }) =>
  db.selectFrom('repository').select('id').where('name', '=', named.name),
);

export async function findRepositoryId(db: Reads, name: RepositoryName): Promise<number | undefined> {
  const [row] = await idOf(db, { name });
  return row?.id;
}

/** Whether a repository's name begins with `NAMESPACE/`. */
export async function hasRepositoryBelow(db: Reads, namespace: string): Promise<boolean> {
  const row = await db
    .selectFrom('repository')
    .select('id')
    // `0` comes after `/`.
    .where('name', '>', `${namespace}/` as RepositoryName)
    .where('name', '<', `${namespace}0` as RepositoryName)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Answers its id. There must be none of that name. */
export async function insertRepository(trx: Trx, name: RepositoryName, now: number): Promise<number> {
  const row = await trx
    .insertInto('repository')
    .values({ name, listed: 0, created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

const list = prepare((trx: Reads, named: { id: number }) =>
  trx.updateTable('repository').set({ listed: 1 }).where('id', '=', named.id).where('listed', '=', 0),
);

export async function listRepository(trx: Trx, id: number): Promise<void> {
  await list(trx, { id });
}

/** Whether the repository ever held a manifest. */
export async function isListed(db: Reads, name: RepositoryName): Promise<boolean> {
  const row = await db.selectFrom('repository').select('listed').where('name', '=', name).executeTakeFirst();
  return row?.listed === 1;
}

/** Names after `after` in ASCII order, at most `limit`. */
export async function listRepositoryNames(
  db: Reads,
  page: { after: string; limit: number },
): Promise<RepositoryName[]> {
  const rows = await db
    .selectFrom('repository')
    .select('name')
    .where('listed', '=', 1)
    .where('name', '>', page.after as RepositoryName)
    .orderBy('name')
    .limit(page.limit)
    .execute();
  return rows.map((row) => row.name);
}
