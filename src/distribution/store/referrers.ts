import { type Kysely, sql } from 'kysely';
import type { Digest, RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';
import type { ManifestStat } from './manifests.ts';

type Reads = Kysely<DistributionTables>;

/** A manifest as the referrers API describes it. */
export interface ReferrerRow extends ManifestStat {
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** Enough of a referrer to decide whether it belongs to a page: its annotations may be megabytes. */
export interface ReferrerOutline {
  readonly digest: Digest;
  readonly artifactType: string | null;
  readonly annotationBytes: number;
}

function selectOutlines(db: Reads, repository: RepositoryName) {
  return db
    .selectFrom('repository_manifest')
    .innerJoin('repository', 'repository.id', 'repository_manifest.repository_id')
    .select([
      'digest',
      'artifact_type as artifactType',
      // Unlike length(), this does not read the text.
      sql<number>`ifnull(octet_length(annotations), 0)`.as('annotationBytes'),
    ])
    .where('repository.name', '=', repository);
}

/** Manifests whose subject is `subject`, with digests after `after`, in order of digest. */
export async function listReferrerOutlines(
  db: Reads,
  query: {
    repository: RepositoryName;
    subject: Digest;
    artifactType: string | undefined;
    after: string;
    limit: number;
  },
): Promise<ReferrerOutline[]> {
  const rows = selectOutlines(db, query.repository)
    .where('subject_digest', '=', query.subject)
    .where('digest', '>', query.after as Digest)
    .orderBy('digest')
    .limit(query.limit);
  const { artifactType } = query;
  return (artifactType === undefined ? rows : rows.where('artifact_type', '=', artifactType)).execute();
}

/** Those of `digests`, some hundreds at most, that the repository has as manifests. */
export async function listManifestOutlines(
  db: Reads,
  repository: RepositoryName,
  digests: readonly Digest[],
): Promise<ReferrerOutline[]> {
  return selectOutlines(db, repository).where('digest', 'in', digests).execute();
}

/** Those of `digests`, some hundreds at most, whole, in order of digest. */
export async function listReferrersByDigest(
  db: Reads,
  repository: RepositoryName,
  digests: readonly Digest[],
): Promise<ReferrerRow[]> {
  const rows = await db
    .selectFrom('repository_manifest')
    .innerJoin('repository', 'repository.id', 'repository_manifest.repository_id')
    .select(['digest', 'media_type', 'size_bytes', 'artifact_type', 'annotations'])
    .where('repository.name', '=', repository)
    .where('digest', 'in', digests)
    .orderBy('digest')
    .execute();
  return rows.map((row) => ({
    digest: row.digest,
    mediaType: row.media_type,
    sizeBytes: row.size_bytes,
    artifactType: row.artifact_type ?? undefined,
    annotations: row.annotations === null ? undefined : JSON.parse(row.annotations),
  }));
}
