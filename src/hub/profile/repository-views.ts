import type { RepositorySummaryView, RepositoryView } from '../../api/index.ts';
import { findRepositoryFacts, type RepositoryFacts } from '../../distribution/index.ts';
import type { Actor } from '../../http/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import type { Visibility } from '../repository-access.ts';
import { shortDescription } from '../search/search-document.ts';
import { isStarredBy } from '../stars/star-store.ts';
import { findNewestImage } from './newest-image.ts';
import { findProfile, type Profile } from './profile-store.ts';

/** Throws `Problem` not-found. */
export async function getRepositoryFacts(
  { distribution }: HubContext,
  name: RepositoryName,
): Promise<RepositoryFacts> {
  const facts = await findRepositoryFacts(distribution.db.reads, name);
  if (!facts) throw problem('not-found', `There is no repository ${name}.`);
  return facts;
}

/** All of one repository but its README as HTML, as `actor` sees it. Throws `Problem` not-found. */
export async function viewRepository(
  context: HubContext,
  name: RepositoryName,
  actor: Actor | undefined,
): Promise<{ view: Omit<RepositoryView, 'readme_html'>; profile: Profile }> {
  const facts = await getRepositoryFacts(context, name);
  const [profile, image, visibility, starred] = await Promise.all([
    findProfile(context.db.reads, name),
    findNewestImage(context, name),
    context.access.findVisibility(name),
    actor?.accountId === undefined ? false : isStarredBy(context.db.reads, name, actor.accountId),
  ]);
  const view = {
    name,
    description: profile.description || shortDescription(image?.labels),
    visibility,
    is_official: profile.isOfficial,
    star_count: profile.stars,
    pull_count: profile.pulls,
    push_count: profile.pushes,
    updated_at: isoTime(image?.updatedAt ?? facts.createdAt),
    created_at: isoTime(facts.createdAt),
    readme: profile.readme,
    categories: [...profile.categories],
    starred,
    platforms: [...(image?.platforms ?? [])],
    labels: { ...image?.labels },
    ...(profile.lastPulledAt !== undefined && { last_pulled_at: isoTime(profile.lastPulledAt) }),
    ...(profile.lastPushedAt !== undefined && { last_pushed_at: isoTime(profile.lastPushedAt) }),
    ...(image && { newest_tag: image.tag }),
    ...(image?.mediaType !== undefined && { media_type: image.mediaType }),
  };
  return { view, profile };
}

/** A line of a list; undefined when it is gone meanwhile. */
export async function summariseRepository(
  context: HubContext,
  { name, visibility }: { name: RepositoryName; visibility: Visibility },
): Promise<RepositorySummaryView | undefined> {
  const facts = await findRepositoryFacts(context.distribution.db.reads, name);
  if (!facts) return undefined;
  const [profile, image] = await Promise.all([
    findProfile(context.db.reads, name),
    findNewestImage(context, name),
  ]);
  return {
    name,
    visibility,
    description: profile.description || shortDescription(image?.labels),
    is_official: profile.isOfficial,
    star_count: profile.stars,
    pull_count: profile.pulls,
    updated_at: isoTime(image?.updatedAt ?? facts.createdAt),
  };
}

export const isoTime = (at: number) => new Date(at).toISOString();
