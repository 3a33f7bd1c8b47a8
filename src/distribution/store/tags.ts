import type { Kysely, Transaction } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;
type Trx = Transaction<DistributionTables>;

interface NewTag {
  readonly repositoryId: number;
  readonly name: Tag;
  readonly digest: Digest;
  readonly now: number;
}

const put = prepare((trx: Reads, { repositoryId, name, digest, now }: NewTag) =>
  trx
    .insertInto('tag')
    .values({ repository_id: repositoryId, name, digest, updated_at: now })
    .onConflict((conflict) => conflict.doUpdateSet({ digest, updated_at: now })),
);

export async function putTag(trx: Trx, tag: NewTag): Promise<void> {
  await put(trx, tag);
}

/** Answers whether it was there. */
export async function removeTag(trx: Trx, repositoryId: number, name: Tag): Promise<boolean> {
  const result = await trx
    .deleteFrom('tag')
    .where('repository_id', '=', repositoryId)
    .where('name', '=', name)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Removes every tag of a manifest and answers their names. */
export async function removeTagsOf(trx: Trx, repositoryId: number, digest: Digest): Promise<Tag[]> {
  const rows = await trx
    .deleteFrom('tag')
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .returning('name')
    .execute();
  return rows.map((row) => row.name);
}

/** Tags after `after` in ASCII order, at most `limit`. */
export async function listTags(
  db: Reads,
  page: { repository: RepositoryName; after: string; limit: number },
): Promise<Tag[]> {
  const rows = await db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository_id')
    .select('tag.name')
    .where('repository.name', '=', page.repository)
    .where('tag.name', '>', page.after as Tag)
    .orderBy('tag.name')
    .limit(page.limit)
    .execute();
  return rows.map((row) => row.name);
}
