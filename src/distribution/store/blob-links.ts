import { type Kysely, sql } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { Digest, RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;

export interface BlobLink {
  readonly digest: Digest;
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly sizeBytes: number;
}

const after = prepare((db: Reads, from: { digest: Digest; repositoryId: number; limit: number }) =>
  db
    .selectFrom('repository_blob as link')
    .innerJoin('repository', 'repository.id', 'link.repository_id')
    .select([
      'link.digest',
      'link.repository_id as repositoryId',
      'repository.name as repository',
      'link.size_bytes as sizeBytes',
    ])
    .where(sql<boolean>`(link.digest, link.repository_id) > (${from.digest}, ${from.repositoryId})`)
    .orderBy('link.digest')
    .orderBy('link.repository_id')
    .limit(from.limit),
);

/** Which repository has which blob, in order of digest, after `from` (undefined for the beginning). */
export async function listBlobLinks(
  db: Reads,
  page: { readonly from: Pick<BlobLink, 'digest' | 'repositoryId'> | undefined; readonly limit: number },
): Promise<BlobLink[]> {
  const { digest = '' as Digest, repositoryId = 0 } = page.from ?? {};
  return after(db, { digest, repositoryId, limit: page.limit });
}

export interface RepositoryBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Whether another of the repositories that it is compared with has it, too. */
  readonly isShared: boolean;
}

/** Blobs of one repository after `after`, at most `limit`, compared with `within`: its neighbours, or everybody. */
export async function listRepositoryBlobs(
  db: Reads,
  page: {
    readonly repository: RepositoryName;
    readonly within: 'namespace' | 'registry';
    readonly after: string;
    readonly limit: number;
  },
): Promise<RepositoryBlob[]> {
  const { repository, within } = page;
  const slash = repository.indexOf('/');
  const prefix = repository.slice(0, slash + 1);
  const isNeighbour =
    slash < 0
      ? sql`instr(neighbour.name, '/') = 0`
      : sql`neighbour.name >= ${prefix} AND neighbour.name < ${`${prefix}ÿ`}`;
  const others =
    within === 'registry'
      ? sql`SELECT 1 FROM repository_blob AS other
          WHERE other.digest = link.digest AND other.repository_id != link.repository_id`
      : sql`SELECT 1 FROM repository_blob AS other JOIN repository AS neighbour ON neighbour.id = other.repository_id
          WHERE other.digest = link.digest AND other.repository_id != link.repository_id AND ${isNeighbour}`;
  const rows = await db
    .selectFrom('repository_blob as link')
    .innerJoin('repository', 'repository.id', 'link.repository_id')
    .select(['link.digest', 'link.size_bytes as sizeBytes', sql<number>`EXISTS (${others})`.as('shared')])
    .where('repository.name', '=', repository)
    .where('link.digest', '>', page.after as Digest)
    .orderBy('link.digest')
    .limit(page.limit)
    .execute();
  return rows.map(({ digest, sizeBytes, shared }) => ({ digest, sizeBytes, isShared: shared === 1 }));
}
