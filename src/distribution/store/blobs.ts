import type { Kysely, Transaction } from 'kysely';
import { prepare } from '../../db/index.ts';
import { andThen, type NowOrLater } from '../../kernel/index.ts';
import type { Digest, RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;
type Trx = Transaction<DistributionTables>;

/** The size under which the repository has this blob, or undefined if it has it not. */
export function findBlobSize(
  db: Reads,
  repository: RepositoryName,
  digest: Digest,
): NowOrLater<number | undefined> {
  return andThen(blobSize(db, { repository, digest }), ([row]) => row?.size_bytes);
}

const blobSize = prepare((db: Reads, named: { repository: RepositoryName; digest: Digest }) =>
  db
    .selectFrom('repository_blob')
    .innerJoin('repository', 'repository.id', 'repository_blob.repository_id')
    .select('size_bytes')
    .where('repository.name', '=', named.repository)
    .where('digest', '=', named.digest),
);

/** At most `limit` repositories that have the blob. */
export async function listRepositoriesWithBlob(
  db: Reads,
  digest: Digest,
  limit: number,
): Promise<RepositoryName[]> {
  const rows = await db
    .selectFrom('repository_blob')
    .innerJoin('repository', 'repository.id', 'repository_blob.repository_id')
    .select('repository.name')
    .where('digest', '=', digest)
    .limit(limit)
    .execute();
  return rows.map((row) => row.name);
}

interface NewBlobLink {
  readonly repositoryId: number;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly now: number;
}

const link = prepare((trx: Reads, { repositoryId, digest, sizeBytes, now }: NewBlobLink) =>
  trx
    .insertInto('repository_blob')
    .values({ repository_id: repositoryId, digest, size_bytes: sizeBytes, linked_at: now })
    .onConflict((conflict) => conflict.doUpdateSet({ size_bytes: sizeBytes })),
);

export async function linkBlob(trx: Trx, blob: NewBlobLink): Promise<void> {
  await link(trx, blob);
}

/** Answers whether it was there. */
export async function unlinkBlob(trx: Trx, repositoryId: number, digest: Digest): Promise<boolean> {
  const result = await trx
    .deleteFrom('repository_blob')
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** A statement may hold some 32,000 parameters; in one of this length it is also prepared only once. */
const DIGESTS_PER_STATEMENT = 500;

/** Those of `digests` that the repository does not have as blobs. */
export async function listMissing(
  db: Reads,
  repositoryId: number,
  digests: readonly Digest[],
): Promise<Digest[]> {
  const missing = new Set(digests);
  const unique = [...missing];
  for (let from = 0; from < unique.length; from += DIGESTS_PER_STATEMENT) {
    const rows = await db
      .selectFrom('repository_blob')
      .select('digest')
      .where('repository_id', '=', repositoryId)
      .where('digest', 'in', unique.slice(from, from + DIGESTS_PER_STATEMENT))
      .execute();
    for (const row of rows) missing.delete(row.digest);
  }
  return [...missing];
}
