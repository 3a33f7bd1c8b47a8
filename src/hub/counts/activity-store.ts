import { type Kysely, sql, type Transaction } from 'kysely';
import type { RepositoryName, Tag } from '../../oci/index.ts';
import type { HubTables } from '../tables.ts';

type Trx = Transaction<HubTables>;

/** Pulls since the last time this was written. */
export interface Pulls {
  readonly repository: RepositoryName;
  readonly pulls: number;
  /** Milliseconds since the Unix epoch. */
  readonly lastPulledAt: number;
}

/** Adds to the counts and answers how many pulls the repository has now. */
export async function addPulls(trx: Trx, counted: Pulls): Promise<number> {
  const { repository, pulls, lastPulledAt } = counted;
  const row = await trx
    .insertInto('repository_activity')
    .values({ repository, pulls, pushes: 0, last_pulled_at: lastPulledAt, last_pushed_at: null })
    .onConflict((conflict) =>
      conflict.doUpdateSet({
        pulls: sql`repository_activity.pulls + excluded.pulls`,
        last_pulled_at: lastPulledAt,
      }),
    )
    .returning('pulls')
    .executeTakeFirstOrThrow();
  return row.pulls;
}

export async function addTagPulls(trx: Trx, counted: Pulls & { tag: Tag }): Promise<void> {
  const { repository, tag, pulls, lastPulledAt } = counted;
  await trx
    .insertInto('tag_activity')
    .values({
      repository,
      tag,
      pulls,
      last_pulled_at: lastPulledAt,
      last_pushed_at: null,
      last_pushed_by: null,
    })
    .onConflict((conflict) =>
      conflict.doUpdateSet({
        pulls: sql`tag_activity.pulls + excluded.pulls`,
        last_pulled_at: lastPulledAt,
      }),
    )
    .execute();
}

export interface Push {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly actor: string | null;
}

export async function addPush(trx: Trx, { repository, tags, at, actor }: Push): Promise<void> {
  await trx
    .insertInto('repository_activity')
    .values({ repository, pulls: 0, pushes: 1, last_pulled_at: null, last_pushed_at: at })
    .onConflict((conflict) =>
      conflict.doUpdateSet({ pushes: sql`repository_activity.pushes + 1`, last_pushed_at: at }),
    )
    .execute();
  for (const tag of tags) {
    const pushed = { last_pushed_at: at, last_pushed_by: actor };
    await trx
      .insertInto('tag_activity')
      .values({ repository, tag, pulls: 0, last_pulled_at: null, ...pushed })
      .onConflict((conflict) => conflict.doUpdateSet(pushed))
      .execute();
  }
}

/** A tag that comes back under its name is another one. */
export async function forgetTags(trx: Trx, repository: string, tags: readonly string[]): Promise<void> {
  for (const tag of tags) {
    await trx
      .deleteFrom('tag_activity')
      .where('repository', '=', repository)
      .where('tag', '=', tag)
      .execute();
  }
}

const keyed = ['repository_activity', 'tag_activity'] as const;

/** Counts come with events, and so follow the name in their order. What was at `to` goes. */
export async function moveActivity(trx: Trx, from: string, to: string): Promise<void> {
  await removeActivity(trx, to);
  for (const table of keyed) {
    await trx.updateTable(table).set({ repository: to }).where('repository', '=', from).execute();
  }
}

export async function removeActivity(trx: Trx, repository: string): Promise<void> {
  for (const table of keyed) await trx.deleteFrom(table).where('repository', '=', repository).execute();
}

export interface TagActivity {
  readonly tag: string;
  readonly pulls: number;
  /** Milliseconds since the Unix epoch. */
  readonly lastPulledAt: number | null;
  readonly lastPushedAt: number | null;
  readonly lastPushedBy: string | null;
}

/** Of these tags, those that anything is known of; at most some hundred at a time. */
export async function listTagActivity(
  db: Kysely<HubTables>,
  repository: RepositoryName,
  tags: readonly string[],
): Promise<TagActivity[]> {
  if (tags.length === 0) return [];
  return db
    .selectFrom('tag_activity')
    .select([
      'tag',
      'pulls',
      'last_pulled_at as lastPulledAt',
      'last_pushed_at as lastPushedAt',
      'last_pushed_by as lastPushedBy',
    ])
    .where('repository', '=', repository)
    .where('tag', 'in', tags)
    .execute();
}
