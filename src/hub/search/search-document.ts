import { findRepositoryFacts } from '../../distribution/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { findNewestImage } from '../content/newest-image.ts';
import type { HubContext } from '../context.ts';
import { findProfile } from '../profile/profile-store.ts';
import { type FacetKind, MAX_FACET_VALUE } from './search-key.ts';

/** All that search knows of one repository. */
export interface SearchDocument {
  readonly name: RepositoryName;
  readonly isPublic: boolean;
  readonly isOfficial: boolean;
  readonly stars: number;
  readonly pulls: number;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAt: number;
  readonly description: string;
  readonly readme: string;
  readonly labels: string;
  readonly facets: readonly { readonly kind: FacetKind; readonly value: string }[];
}

/** What of a README is searched: the first pages say what it is about. */
const README_CHARACTERS = 8_000;
/** Bounds what one image costs, in the index and in each answer that shows it. */
const LABELS = 50;
const PLATFORM_WORDS = 50;

/** Undefined for what search does not show: a repository that is not there or never held an image. */
async function makeSearchDocument(
  context: HubContext,
  name: RepositoryName,
): Promise<SearchDocument | undefined> {
  const facts = await findRepositoryFacts(context.distribution.db.reads, name);
  if (!facts?.isListed) return undefined;
  const [profile, image, visibility] = await Promise.all([
    findProfile(context.db.reads, name),
    findNewestImage(context, name),
    context.access.findVisibility(name),
  ]);
  const labels = Object.entries(image?.labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .filter((label) => label.length <= MAX_FACET_VALUE)
    .slice(0, LABELS);
  const distinct = (values: readonly string[]) =>
    [...new Set(values)].filter((value) => value.length <= MAX_FACET_VALUE).slice(0, PLATFORM_WORDS);
  const platforms = image?.platforms ?? [];
  return {
    name,
    isPublic: visibility === 'public',
    isOfficial: profile.isOfficial,
    stars: profile.stars,
    pulls: profile.pulls,
    updatedAt: image?.updatedAt ?? facts.createdAt,
    description: profile.description || shortDescription(image?.labels),
    readme: profile.readme.slice(0, README_CHARACTERS),
    labels: labels.join('\n'),
    facets: [
      ...(profile.isOfficial ? [{ kind: 'official' as const, value: 'true' }] : []),
      ...distinct(platforms.map(({ os }) => os)).map((value) => ({
        kind: 'operating_system' as const,
        value,
      })),
      ...distinct(platforms.map(({ architecture }) => architecture)).map((value) => ({
        kind: 'architecture' as const,
        value,
      })),
      ...distinct(image?.mediaType ? [image.mediaType] : []).map((value) => ({
        kind: 'media_type' as const,
        value,
      })),
      ...labels.map((value) => ({ kind: 'label' as const, value })),
      ...profile.categories.map((value) => ({ kind: 'category' as const, value })),
    ],
  };
}

/** What search should know of each of these names. */
export async function makeDocuments(
  context: HubContext,
  names: readonly RepositoryName[],
): Promise<Map<string, SearchDocument | undefined>> {
  const documents = new Map<string, SearchDocument | undefined>();
  for (const name of names) documents.set(name, await makeSearchDocument(context, name));
  return documents;
}

/** What an image says of itself, where nobody has described its repository. */
export function shortDescription(labels: Readonly<Record<string, string>> | undefined): string {
  const text =
    labels?.['org.opencontainers.image.description'] ?? labels?.['org.opencontainers.image.title'] ?? '';
  return text.replace(/\s+/g, ' ').trim().slice(0, 100);
}
