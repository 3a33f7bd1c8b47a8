import type { Kysely, Transaction } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';
import type { HubTables } from '../tables.ts';

type Reads = Kysely<HubTables>;
type Trx = Transaction<HubTables>;

export async function listCategoryRows(db: Reads): Promise<{ slug: string; title: string }[]> {
  return db.selectFrom('category').selectAll().orderBy('title').execute();
}

/** What each of these repositories is under, if anything; at most some hundred at a time. */
export async function listCategoriesOf(
  db: Reads,
  repositories: readonly RepositoryName[],
): Promise<Map<string, string[]>> {
  if (repositories.length === 0) return new Map();
  const rows = await db
    .selectFrom('repository_category')
    .selectAll()
    .where('repository', 'in', repositories)
    .orderBy('category')
    .execute();
  const byName = Map.groupBy(rows, ({ repository }) => repository);
  return new Map([...byName].map(([name, some]) => [name, some.map(({ category }) => category)]));
}

/** In a sentence; GET /api/v1/categories lists all. */
const MAX_NAMED = 50;

/** Throws `Problem` invalid-request when one of them does not exist. */
export async function assertCategories(db: Reads, slugs: readonly string[]): Promise<void> {
  const known = new Set((await listCategoryRows(db)).map(({ slug }) => slug));
  const unknown = slugs.find((slug) => !known.has(slug));
  if (unknown === undefined) return;
  const text =
    known.size > 0
      ? `Categories: ${[...known].slice(0, MAX_NAMED).join(', ')}.`
      : 'There are none yet: administrators make them with PUT /api/v1/categories/SLUG.';
  const message = `There is no category ${unknown}. ${text}`;
  throw problem('invalid-request', message, { fields: [{ pointer: '/categories', message }] });
}

export async function putCategoryRow(trx: Trx, category: { slug: string; title: string }): Promise<void> {
  await trx
    .insertInto('category')
    .values(category)
    .onConflict((conflict) => conflict.doUpdateSet({ title: category.title }))
    .execute();
}

/** Answers the repositories that were under it; undefined when there was no such category. */
export async function removeCategoryRow(trx: Trx, slug: string): Promise<string[] | undefined> {
  const removed = await trx.deleteFrom('category').where('slug', '=', slug).executeTakeFirst();
  if (removed.numDeletedRows === 0n) return undefined;
  const rows = await trx
    .deleteFrom('repository_category')
    .where('category', '=', slug)
    .returning('repository')
    .execute();
  return rows.map(({ repository }) => repository);
}
