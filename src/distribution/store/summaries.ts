import type { Kysely } from 'kysely';
import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;

export interface RepositorySummary {
  readonly name: RepositoryName;
  readonly tags: number;
  /** When a tag last moved, milliseconds since the Unix epoch; undefined without tags. */
  readonly updatedAt: number | undefined;
}

/** Repositories after `after` in ASCII order, at most `limit`, as an operator wants to see them. */
export async function listRepositorySummaries(
  db: Reads,
  page: { after: string; limit: number },
): Promise<RepositorySummary[]> {
  const rows = await db
    .selectFrom('repository')
    .leftJoin('tag', 'tag.repository_id', 'repository.id')
    .select(({ fn }) => [
      'repository.name',
      fn.count<number>('tag.name').as('tags'),
      fn.max('tag.updated_at').as('updatedAt'),
    ])
    .where('listed', '=', 1)
    .where('repository.name', '>', page.after as RepositoryName)
    .groupBy('repository.name')
    .orderBy('repository.name')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ ...row, updatedAt: row.updatedAt ?? undefined }));
}

export interface TagSummary {
  readonly name: Tag;
  readonly digest: Digest;
  /** When the tag last moved, milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** Tags after `after` in ASCII order, at most `limit`; of one manifest, if `digest` names it. */
export async function listTagSummaries(
  db: Reads,
  page: { repository: RepositoryName; digest?: Digest; after: string; limit: number },
): Promise<TagSummary[]> {
  let rows = db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository_id')
    .select(['tag.name', 'tag.digest', 'tag.updated_at as updatedAt'])
    .where('repository.name', '=', page.repository)
    .where('tag.name', '>', page.after as Tag)
    .orderBy('tag.name')
    .limit(page.limit);
  if (page.digest !== undefined) rows = rows.where('tag.digest', '=', page.digest);
  return rows.execute();
}
