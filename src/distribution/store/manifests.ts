import type { Kysely, Transaction } from 'kysely';
import type { Digest, Reference, RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;
type Trx = Transaction<DistributionTables>;

export interface ManifestStat {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

export interface StoredManifest extends ManifestStat {
  readonly content: Uint8Array;
}

function selectManifest(db: Reads, repository: RepositoryName, reference: Reference) {
  const rows = db
    .selectFrom('repository')
    .innerJoin('repository_manifest', 'repository_manifest.repository_id', 'repository.id')
    .select([
      'repository_manifest.digest',
      'repository_manifest.media_type as mediaType',
      'repository_manifest.size_bytes as sizeBytes',
    ])
    .where('repository.name', '=', repository);
  if (reference.kind === 'digest') return rows.where('repository_manifest.digest', '=', reference.digest);
  return rows
    .innerJoin('tag', (join) =>
      join
        .onRef('tag.repository_id', '=', 'repository.id')
        .onRef('tag.digest', '=', 'repository_manifest.digest'),
    )
    .where('tag.name', '=', reference.tag);
}

export async function findManifestStat(
  db: Reads,
  repository: RepositoryName,
  reference: Reference,
): Promise<ManifestStat | undefined> {
  return selectManifest(db, repository, reference).executeTakeFirst();
}

export async function findManifest(
  db: Reads,
  repository: RepositoryName,
  reference: Reference,
): Promise<StoredManifest | undefined> {
  return selectManifest(db, repository, reference)
    .innerJoin('manifest_content', 'manifest_content.digest', 'repository_manifest.digest')
    .select('manifest_content.content')
    .executeTakeFirst();
}

export interface NewManifest extends StoredManifest {
  readonly repositoryId: number;
  readonly artifactType: string | undefined;
  readonly subject: Digest | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly now: number;
}

export async function putManifest(trx: Trx, manifest: NewManifest): Promise<void> {
  await trx
    .insertInto('manifest_content')
    .values({ digest: manifest.digest, content: manifest.content })
    // The digest was checked: if what is there differs, it is damaged, and this heals it.
    .onConflict((conflict) =>
      conflict
        .column('digest')
        .doUpdateSet({ content: manifest.content })
        .where('manifest_content.content', '!=', manifest.content),
    )
    .execute();
  await trx
    .insertInto('repository_manifest')
    .values({
      repository_id: manifest.repositoryId,
      digest: manifest.digest,
      media_type: manifest.mediaType,
      size_bytes: manifest.sizeBytes,
      artifact_type: manifest.artifactType ?? null,
      subject_digest: manifest.subject ?? null,
      annotations: manifest.annotations ? JSON.stringify(manifest.annotations) : null,
      pushed_at: manifest.now,
    })
    .onConflict((conflict) =>
      conflict.doUpdateSet({ pushed_at: manifest.now, media_type: manifest.mediaType }),
    )
    .execute();
}

/** Answers whether it was there. Its tags must be gone before. */
export async function removeManifest(trx: Trx, repositoryId: number, digest: Digest): Promise<boolean> {
  const result = await trx
    .deleteFrom('repository_manifest')
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
