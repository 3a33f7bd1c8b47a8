import { type Kysely, sql } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';
import type { TagSummary } from './summaries.ts';

type Reads = Kysely<DistributionTables>;

export type TagOrder = 'name' | 'name-descending' | 'newest' | 'oldest';

export interface TagFilter {
  readonly repository: RepositoryName;
  /** What the name begins with. */
  readonly prefix?: string | undefined;
  /** What is somewhere in the name. */
  readonly containing?: string | undefined;
}

const findOne = prepare((db: Reads, named: { repository: RepositoryName; tag: Tag }) =>
  db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository_id')
    .select(['tag.name', 'tag.digest', 'tag.updated_at as updatedAt'])
    .where('repository.name', '=', named.repository)
    .where('tag.name', '=', named.tag),
);

export async function findTagSummary(
  db: Reads,
  repository: RepositoryName,
  tag: Tag,
): Promise<TagSummary | undefined> {
  const [row] = await findOne(db, { repository, tag });
  return row;
}

/** In any order but that of names, all tags of the repository are looked at: some 20 ms at 100,000. */
export async function listTagsInOrder(
  db: Reads,
  page: TagFilter & {
    readonly order: TagOrder;
    /** Only those that come after this one. */
    readonly after?: { readonly name: string; readonly updatedAt: number } | undefined;
    readonly offset?: number;
    readonly limit: number;
  },
): Promise<TagSummary[]> {
  const { order, after, offset = 0, limit } = page;
  let rows = filtered(db, page).select(['tag.name', 'tag.digest', 'tag.updated_at as updatedAt']);
  const isByTime = order === 'newest' || order === 'oldest';
  if (isByTime) rows = rows.orderBy('tag.updated_at', order === 'newest' ? 'desc' : 'asc');
  rows = rows.orderBy('tag.name', order === 'name-descending' ? 'desc' : 'asc');
  if (after) {
    const name = after.name as Tag;
    rows = rows.where(({ eb, and, or }) =>
      isByTime
        ? or([
            eb('tag.updated_at', order === 'newest' ? '<' : '>', after.updatedAt),
            and([eb('tag.updated_at', '=', after.updatedAt), eb('tag.name', '>', name)]),
          ])
        : eb('tag.name', order === 'name' ? '>' : '<', name),
    );
  }
  return rows.offset(offset).limit(limit).execute();
}

export async function countTags(db: Reads, filter: TagFilter): Promise<number> {
  const row = await filtered(db, filter)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

function filtered(db: Reads, { repository, prefix, containing }: TagFilter) {
  let rows = db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository_id')
    .where('repository.name', '=', repository);
  // Tags are ASCII: ÿ comes after every one that begins so.
  if (prefix) rows = rows.where('tag.name', '>=', prefix as Tag).where('tag.name', '<', `${prefix}ÿ` as Tag);
  if (containing) rows = rows.where(sql<boolean>`instr(tag.name, ${containing}) > 0`);
  return rows;
}
