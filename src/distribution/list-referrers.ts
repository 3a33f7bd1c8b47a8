import {
  type Descriptor,
  type Digest,
  isManifestMediaType,
  mediaTypes,
  OciError,
  parseManifest,
  parseTag,
  type RepositoryName,
  referrersTag,
} from '../oci/index.ts';
import type { DistributionContext } from './context.ts';
import { findManifest, findManifestStat, listReferrers, type ReferrerRow } from './store/manifests.ts';

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
  const tag = parseTag(referrersTag(query.subject));
  const index = await findManifest(context.db.reads, query.repository, { kind: 'tag', tag });
  if (!index || index.mediaType !== mediaTypes.ociIndex) return [];
  const candidates = parseStored(index)
    .filter(({ digest, mediaType }) => digest > query.after && isManifestMediaType(mediaType))
    .filter(({ artifactType }) => query.artifactType === undefined || artifactType === query.artifactType)
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const rows: ReferrerRow[] = [];
  for (const descriptor of candidates) {
    if (rows.length >= query.limit) break;
    const reference = { kind: 'digest', digest: descriptor.digest } as const;
    // The tag may name what was deleted since.
    if (await findManifestStat(context.db.reads, query.repository, reference)) rows.push(toRow(descriptor));
  }
  return rows;
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
