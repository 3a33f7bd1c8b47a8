import { setImmediate } from 'node:timers/promises';
import {
  type Descriptor,
  type Digest,
  isManifestMediaType,
  mediaTypes,
  OciError,
  parseManifest,
  type RepositoryName,
  referrersTag,
} from '../oci/index.ts';
import type { DistributionContext } from './context.ts';
import { findManifest, listReferrers, type ReferrerRow } from './store/manifests.ts';
import { findRepositoryId } from './store/repositories.ts';
import { listPresentManifests } from './store/stored-facts.ts';

const CANDIDATES_AT_A_TIME = 500;

export interface ReferrerQuery {
  readonly repository: RepositoryName;
  readonly subject: Digest;
  readonly artifactType: string | undefined;
  /** A digest: only those after it. '' is the beginning. */
  readonly after: string;
  readonly limit: number;
}

/**
 * One page of the manifests that refer to `subject`, in order of digest: those that say so themselves, and those
 * that clients of registries without this API noted in the fallback tag (distribution-spec v1.1.1, "Listing
 * Referrers" and "Referrers Tag Schema": these must be listed too once a registry has the API).
 */
export async function listAllReferrers(
  context: DistributionContext,
  query: ReferrerQuery,
): Promise<ReferrerRow[]> {
  const own = await listReferrers(context.db.reads, query);
  const noted = await listNotedReferrers(context, query);
  if (noted.length === 0) return own;
  const merged = new Map<string, ReferrerRow>();
  for (const referrer of [...noted, ...own]) merged.set(referrer.digest, referrer);
  return [...merged.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)).slice(0, query.limit);
}

async function listNotedReferrers(
  context: DistributionContext,
  query: ReferrerQuery,
): Promise<ReferrerRow[]> {
  const tag = referrersTag(query.subject);
  const index = await findManifest(context.db.reads, query.repository, { kind: 'tag', tag });
  if (!index || index.mediaType !== mediaTypes.ociIndex) return [];
  const candidates = parseStored(index)
    .filter(({ digest, mediaType }) => digest > query.after && isManifestMediaType(mediaType))
    .filter(({ artifactType }) => query.artifactType === undefined || artifactType === query.artifactType)
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const repositoryId = await findRepositoryId(context.db.reads, query.repository);
  if (repositoryId === undefined) return [];
  const rows: ReferrerRow[] = [];
  for (let from = 0; from < candidates.length && rows.length < query.limit; from += CANDIDATES_AT_A_TIME) {
    const some = candidates.slice(from, from + CANDIDATES_AT_A_TIME);
    const digests = some.map(({ digest }) => digest);
    // The tag may name what was deleted since.
    const present = await listPresentManifests(context.db.reads, repositoryId, digests);
    rows.push(...some.filter(({ digest }) => present.has(digest)).map(toRow));
    // A tag may name thousands that are not there: others get their turn meanwhile.
    await setImmediate();
  }
  return rows.slice(0, query.limit);
}

function parseStored(index: { content: Uint8Array; mediaType: string }): readonly Descriptor[] {
  try {
    return parseManifest(index.content, index.mediaType).manifests;
  } catch (error) {
    // An index adopted from another registry may break rules that this one checks at push.
    if (error instanceof OciError) return [];
    throw error;
  }
}

function toRow(descriptor: Descriptor): ReferrerRow {
  const { digest, mediaType, sizeBytes, artifactType, annotations } = descriptor;
  return { digest, mediaType, sizeBytes, artifactType, annotations };
}
