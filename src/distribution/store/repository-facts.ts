import { type Kysely, sql } from 'kysely';
import { type Digest, mediaTypes, type RepositoryName, type Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;

export interface RepositoryFacts {
  readonly name: RepositoryName;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Whether it ever held a manifest. */
  readonly isListed: boolean;
}

const columns = ['name', 'created_at', 'listed'] as const;

function toFacts(row: { name: RepositoryName; created_at: number; listed: number }): RepositoryFacts {
  return { name: row.name, createdAt: row.created_at, isListed: row.listed === 1 };
}

export async function findRepositoryFacts(
  db: Reads,
  name: RepositoryName,
): Promise<RepositoryFacts | undefined> {
  const row = await db.selectFrom('repository').select(columns).where('name', '=', name).executeTakeFirst();
  return row && toFacts(row);
}

/** Every repository after `after` in ASCII order, empty ones too, at most `limit`. */
export async function listRepositoryFacts(
  db: Reads,
  page: { after: string; limit: number },
): Promise<RepositoryFacts[]> {
  const rows = await db
    .selectFrom('repository')
    .select(columns)
    .where('name', '>', page.after as RepositoryName)
    .orderBy('name')
    .limit(page.limit)
    .execute();
  return rows.map(toFacts);
}

export interface NewestTag {
  readonly name: Tag;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** The tag that moved last, leaving out those that clients make for signatures and referrers. */
export async function findNewestTag(db: Reads, repository: RepositoryName): Promise<NewestTag | undefined> {
  return db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository_id')
    .select(['tag.name', 'tag.updated_at as updatedAt'])
    .where('repository.name', '=', repository)
    .where('tag.name', 'not like', 'sha256-%' as Tag)
    .orderBy('tag.updated_at', 'desc')
    .orderBy('tag.name')
    .limit(1)
    .executeTakeFirst();
}

/**
 * Whether reading the manifest is a pull of its own, and not the second half of the pull of an index that lists it,
 * nor a look at what refers to an image (a signature).
 */
export async function isPullOfItsOwn(
  db: Reads,
  repository: RepositoryName,
  digest: Digest,
): Promise<boolean> {
  const row = await db
    .selectFrom('repository')
    .innerJoin('repository_manifest as manifest', 'manifest.repository_id', 'repository.id')
    .select(['repository.id', 'manifest.media_type', 'manifest.subject_digest'])
    .where('repository.name', '=', repository)
    .where('manifest.digest', '=', digest)
    .executeTakeFirst();
  if (!row || row.subject_digest !== null) return false;
  const indexes = [mediaTypes.ociIndex, mediaTypes.dockerManifestList];
  if (indexes.includes(row.media_type as (typeof indexes)[number])) return true;
  const tagged = await db
    .selectFrom('tag')
    .select('name')
    .where('repository_id', '=', row.id)
    .where('digest', '=', digest)
    .limit(1)
    .executeTakeFirst();
  if (tagged) return true;
  const listed = await db
    .selectFrom('repository_manifest')
    .innerJoin('manifest_content', 'manifest_content.digest', 'repository_manifest.digest')
    .select('repository_manifest.digest')
    .where('repository_id', '=', row.id)
    .where('media_type', 'in', indexes)
    .where(sql<boolean>`instr(manifest_content.content, ${digest})`)
    .limit(1)
    .executeTakeFirst();
  return !listed;
}
