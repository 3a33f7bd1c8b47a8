import type { RepositoryView } from '../../api/index.ts';
import { findRepositoryFacts, type RepositoryFacts } from '../../distribution/index.ts';
import type { Actor } from '../../http/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';
import { findNewestImage } from '../content/newest-image.ts';
import type { HubContext } from '../context.ts';
import { shortDescription } from '../search/search-document.ts';
import { isStarredBy } from '../stars/star-store.ts';
import { findProfile, type Profile } from './profile-store.ts';

/** Throws `Problem` not-found. */
export async function getRepositoryFacts(
  { distribution }: Pick<HubContext, 'distribution'>,
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

export const isoTime = (at: number) => new Date(at).toISOString();
