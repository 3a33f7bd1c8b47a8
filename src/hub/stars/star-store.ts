import type { Kysely, Transaction } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import type { HubTables } from '../tables.ts';

type Reads = Kysely<HubTables>;
type Trx = Transaction<HubTables>;

/** Answers whether it is new. `at`: milliseconds since the Unix epoch. */
export async function addStar(
  trx: Trx,
  star: { repository: RepositoryName; accountId: number; at: number },
): Promise<boolean> {
  const result = await trx
    .insertInto('star')
    .values({ repository: star.repository, account_id: star.accountId, starred_at: star.at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Answers whether it was there. */
export async function removeStar(
  trx: Trx,
  star: { repository: RepositoryName; accountId: number },
): Promise<boolean> {
  const result = await trx
    .deleteFrom('star')
    .where('repository', '=', star.repository)
    .where('account_id', '=', star.accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function isStarredBy(
  db: Reads,
  repository: RepositoryName,
  accountId: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('star')
    .select('account_id')
    .where('repository', '=', repository)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row !== undefined;
}

export interface Star {
  readonly repository: RepositoryName;
  readonly starredAt: number;
}

/** Of one user, the newest first, at most `limit`. */
export async function listStarsOf(
  db: Reads,
  page: { accountId: number; after: Star | undefined; limit: number },
): Promise<Star[]> {
  let query = db
    .selectFrom('star')
    .select(['repository', 'starred_at as starredAt'])
    .where('account_id', '=', page.accountId)
    .orderBy('starred_at', 'desc')
    .orderBy('repository')
    .limit(page.limit);
  const { after } = page;
  if (after) {
    query = query.where(({ eb, and, or }) =>
      or([
        eb('starred_at', '<', after.starredAt),
        and([eb('starred_at', '=', after.starredAt), eb('repository', '>', after.repository)]),
      ]),
    );
  }
  return (await query.execute()) as Star[];
}
