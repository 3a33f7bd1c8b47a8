import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import {
  type Digest,
  isManifestMediaType,
  mediaTypes,
  OciError,
  parseManifest,
  type RepositoryName,
  referrersTag,
} from '../oci/index.ts';
import { findManifest } from './store/manifests.ts';
import {
  listManifestOutlines,
  listReferrerOutlines,
  listReferrersByDigest,
  type ReferrerOutline,
  type ReferrerRow,
} from './store/referrers.ts';
import type { DistributionTables } from './tables.ts';

type Reads = Kysely<DistributionTables>;

export interface ReferrerQuery {
  readonly repository: RepositoryName;
  readonly subject: Digest;
  readonly artifactType: string | undefined;
  /** A digest: only those after it. '' is the beginning. */
  readonly after: string;
  /** At least 1. */
  readonly limit: number;
}

export interface ReferrerPage {
  /** In order of digest. */
  readonly referrers: readonly ReferrerRow[];
  readonly hasMore: boolean;
}

/** Clients read at most 4 MiB: a page whose annotations would be longer ends earlier. */
const PAGE_ANNOTATION_BYTES = 3 * 1024 * 1024;
const DIGESTS_AT_A_TIME = 500;

/**
 * One page of the manifests that refer to `subject`: those that say so themselves, and those that clients of
 * registries without this API noted in the fallback tag (distribution-spec v1.1.1, "Listing Referrers" and
 * "Referrers Tag Schema": these must be listed too once a registry has the API). Only what fits the page is loaded.
 */
export async function listReferrers(db: Reads, query: ReferrerQuery): Promise<ReferrerPage> {
  const own = await listReferrerOutlines(db, { ...query, limit: query.limit + 1 });
  const noted = await listNotedReferrers(db, query);
  const found = new Map([...noted, ...own].map((outline) => [outline.digest, outline]));
  const outlines = [...found.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const page = takeThatFit(outlines.slice(0, query.limit)).map(({ digest }) => digest);
  const referrers: ReferrerRow[] = [];
  for (let from = 0; from < page.length; from += DIGESTS_AT_A_TIME) {
    const digests = page.slice(from, from + DIGESTS_AT_A_TIME);
    referrers.push(...(await listReferrersByDigest(db, query.repository, digests)));
  }
  return { referrers, hasMore: page.length < outlines.length };
}

/** At least one, so that paging always gets on. */
function takeThatFit(outlines: readonly ReferrerOutline[]): ReferrerOutline[] {
  let bytes = 0;
  const fitting: ReferrerOutline[] = [];
  for (const outline of outlines) {
    bytes += outline.annotationBytes;
    if (fitting.length > 0 && bytes > PAGE_ANNOTATION_BYTES) break;
    fitting.push(outline);
  }
  return fitting;
}

async function listNotedReferrers(db: Reads, query: ReferrerQuery): Promise<ReferrerOutline[]> {
  const { repository, artifactType, limit } = query;
  const index = await findManifest(db, repository, { kind: 'tag', tag: referrersTag(query.subject) });
  if (!index || index.mediaType !== mediaTypes.ociIndex) return [];
  const noted = manifestsOf(index).filter((digest) => digest > query.after);
  const found: ReferrerOutline[] = [];
  for (let from = 0; from < noted.length && found.length <= limit; from += DIGESTS_AT_A_TIME) {
    // What the tag says is only a hint: it may name what was deleted since, or describe it wrongly.
    const digests = noted.slice(from, from + DIGESTS_AT_A_TIME);
    const present = await listManifestOutlines(db, repository, digests);
    found.push(...present.filter((row) => artifactType === undefined || row.artifactType === artifactType));
    // A tag may name thousands that are not there: others get their turn meanwhile.
    await setImmediate();
  }
  return found;
}

/** Digests of the manifests that an index lists, in order. */
function manifestsOf(index: { content: Uint8Array; mediaType: string }): Digest[] {
  try {
    const { manifests } = parseManifest(index.content, index.mediaType);
    const named = manifests.filter(({ mediaType }) => isManifestMediaType(mediaType));
    return named.map(({ digest }) => digest).sort();
  } catch (error) {
    // An index adopted from another registry may break rules that this one checks at push.
    if (error instanceof OciError) return [];
    throw error;
  }
}
