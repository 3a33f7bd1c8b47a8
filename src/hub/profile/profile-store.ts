import type { Kysely, Transaction } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import type { HubTables } from '../tables.ts';

type Reads = Kysely<HubTables>;
type Trx = Transaction<HubTables>;

/** What people wrote about a repository and did with it. Everything is empty or zero where nobody did. */
export interface Profile {
  readonly description: string;
  /** Markdown. */
  readonly readme: string;
  readonly categories: readonly string[];
  readonly isOfficial: boolean;
  readonly stars: number;
  readonly pulls: number;
  readonly pushes: number;
  /** Milliseconds since the Unix epoch. */
  readonly lastPulledAt: number | undefined;
  readonly lastPushedAt: number | undefined;
}

export async function findProfile(db: Reads, repository: RepositoryName): Promise<Profile> {
  const [written, activity, stars, categories] = await Promise.all([
    db.selectFrom('repository_profile').selectAll().where('repository', '=', repository).executeTakeFirst(),
    db.selectFrom('repository_activity').selectAll().where('repository', '=', repository).executeTakeFirst(),
    db
      .selectFrom('star')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('repository', '=', repository)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('repository_category')
      .select('category')
      .where('repository', '=', repository)
      .orderBy('category')
      .execute(),
  ]);
  return {
    description: written?.description ?? '',
    readme: written?.readme ?? '',
    categories: categories.map(({ category }) => category),
    isOfficial: written?.is_official === 1,
    stars: stars.count,
    pulls: activity?.pulls ?? 0,
    pushes: activity?.pushes ?? 0,
    lastPulledAt: activity?.last_pulled_at ?? undefined,
    lastPushedAt: activity?.last_pushed_at ?? undefined,
  };
}

export interface ProfileChange {
  readonly description?: string | undefined;
  readonly readme?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly isOfficial?: boolean | undefined;
}

/** Writes what the change names and leaves the rest. Categories must exist. */
export async function putProfile(
  trx: Trx,
  repository: RepositoryName,
  change: ProfileChange & { now: number },
): Promise<void> {
  const set = {
    ...(change.description !== undefined && { description: change.description }),
    ...(change.readme !== undefined && { readme: change.readme, readme_html: '', readme_renderer: '' }),
    ...(change.isOfficial !== undefined && { is_official: change.isOfficial ? 1 : 0 }),
    updated_at: change.now,
  };
  await trx
    .insertInto('repository_profile')
    .values({
      repository,
      description: '',
      readme: '',
      readme_html: '',
      readme_renderer: '',
      is_official: 0,
      ...set,
    })
    .onConflict((conflict) => conflict.column('repository').doUpdateSet(set))
    .execute();
  if (change.categories === undefined) return;
  await trx.deleteFrom('repository_category').where('repository', '=', repository).execute();
  const categories = [...new Set(change.categories)];
  if (categories.length === 0) return;
  await trx
    .insertInto('repository_category')
    .values(categories.map((category) => ({ repository, category })))
    .execute();
}

interface ReadmeHtml {
  readonly repository: RepositoryName;
  readonly readme: string;
  /** The version of what made it. */
  readonly renderer: string;
}

/** Undefined when nothing of this version was made of this text. */
export async function findReadmeHtml(db: Reads, of: ReadmeHtml): Promise<string | undefined> {
  const row = await db
    .selectFrom('repository_profile')
    .select('readme_html')
    .where('repository', '=', of.repository)
    .where('readme_renderer', '=', of.renderer)
    .where('readme', '=', of.readme)
    .executeTakeFirst();
  return row?.readme_html;
}

/** Writes nothing when the text is another by now. */
export async function putReadmeHtml(trx: Trx, made: ReadmeHtml & { html: string }): Promise<void> {
  await trx
    .updateTable('repository_profile')
    .set({ readme_html: made.html, readme_renderer: made.renderer })
    .where('repository', '=', made.repository)
    .where('readme', '=', made.readme)
    .execute();
}

const keyed = ['repository_profile', 'repository_category', 'star'] as const;

/**
 * In the transaction that gives a repository another name: lets what people wrote about it and their stars follow. Later
 * would be too late: by then there can be another one at `from`, of which others write. What was at `to` goes.
 */
export async function moveProfile(trx: Trx, from: string, to: string): Promise<void> {
  await removeProfile(trx, to);
  for (const table of keyed) {
    await trx.updateTable(table).set({ repository: to }).where('repository', '=', from).execute();
  }
}

/** In the transaction that removes a repository. */
export async function removeProfile(trx: Trx, repository: string): Promise<void> {
  for (const table of keyed) await trx.deleteFrom(table).where('repository', '=', repository).execute();
}
