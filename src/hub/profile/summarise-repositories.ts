import type { RepositorySummaryView } from '../../api/index.ts';
import { findRepositoryFacts } from '../../distribution/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { findNewestImage } from '../content/newest-image.ts';
import type { HubContext } from '../context.ts';
import type { Visibility } from '../repository-access.ts';
import { shortDescription } from '../search/search-document.ts';
import { findProfile } from './profile-store.ts';
import { isoTime } from './repository-views.ts';

/**
 * Lines of a list, at most some hundred, in the same order; those that are gone meanwhile are left out. What people
 * write and do is as it is now. What the newest image says is what search knows of it, a moment behind a push: else each
 * line would cost two manifests and a configuration.
 */
export async function summariseRepositories(
  context: HubContext,
  repositories: readonly { name: RepositoryName; visibility: Visibility }[],
): Promise<RepositorySummaryView[]> {
  const known = await listKnown(
    context,
    repositories.map(({ name }) => name),
  );
  const lines: RepositorySummaryView[] = [];
  for (const { name, visibility } of repositories) {
    // One after the other: while the index is made anew, this may be every line.
    const line = known.get(name) ?? (await lookUp(context, name));
    if (line) lines.push({ ...line, visibility });
  }
  return lines;
}

type Line = Omit<RepositorySummaryView, 'visibility'>;

async function listKnown({ db }: HubContext, names: readonly RepositoryName[]): Promise<Map<string, Line>> {
  if (names.length === 0) return new Map();
  const rows = await db.reads
    .selectFrom('search_entry as entry')
    .leftJoin('repository_profile as profile', 'profile.repository', 'entry.name')
    .leftJoin('repository_activity as activity', 'activity.repository', 'entry.name')
    .select(({ selectFrom, fn }) => [
      'entry.name',
      'entry.description as indexed',
      'entry.updated_at',
      'profile.description',
      'profile.is_official',
      'activity.pulls',
      selectFrom('star')
        .select(fn.countAll<number>().as('count'))
        .whereRef('star.repository', '=', 'entry.name')
        .as('stars'),
    ])
    .where('entry.name', 'in', names)
    .execute();
  return new Map(
    rows.map((row) => [
      row.name,
      {
        name: row.name,
        description: row.description || row.indexed,
        is_official: row.is_official === 1,
        star_count: row.stars ?? 0,
        pull_count: row.pulls ?? 0,
        updated_at: isoTime(row.updated_at),
      },
    ]),
  );
}

/** For what search does not know: a repository that is still empty, or has only just been made. */
async function lookUp(context: HubContext, name: RepositoryName): Promise<Line | undefined> {
  const facts = await findRepositoryFacts(context.distribution.db.reads, name);
  if (!facts) return undefined;
  const [profile, image] = await Promise.all([
    findProfile(context.db.reads, name),
    findNewestImage(context, name),
  ]);
  return {
    name,
    description: profile.description || shortDescription(image?.labels),
    is_official: profile.isOfficial,
    star_count: profile.stars,
    pull_count: profile.pulls,
    updated_at: isoTime(image?.updatedAt ?? facts.createdAt),
  };
}
