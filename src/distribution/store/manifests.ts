import type { Kysely, Transaction } from 'kysely';
import { prepare } from '../../db/index.ts';
import { andThen, type NowOrLater } from '../../kernel/index.ts';
import type { Digest, Reference, RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';
import { recentContent } from './recent-contents.ts';

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

function selectByDigest(db: Reads, named: { repository: RepositoryName; digest: Digest }) {
  return db
    .selectFrom('repository')
    .innerJoin('repository_manifest', 'repository_manifest.repository_id', 'repository.id')
    .select([
      'repository_manifest.digest',
      'repository_manifest.media_type as mediaType',
      'repository_manifest.size_bytes as sizeBytes',
    ])
    .where('repository.name', '=', named.repository)
    .where('repository_manifest.digest', '=', named.digest);
}

function selectByTag(db: Reads, named: { repository: RepositoryName; tag: Tag }) {
  return db
    .selectFrom('repository')
    .innerJoin('tag', 'tag.repository_id', 'repository.id')
    .innerJoin('repository_manifest', (join) =>
      join
        .onRef('repository_manifest.repository_id', '=', 'tag.repository_id')
        .onRef('repository_manifest.digest', '=', 'tag.digest'),
    )
    .select([
      'repository_manifest.digest',
      'repository_manifest.media_type as mediaType',
      'repository_manifest.size_bytes as sizeBytes',
    ])
    .where('repository.name', '=', named.repository)
    .where('tag.name', '=', named.tag);
}

const statByDigest = prepare(selectByDigest);
const statByTag = prepare(selectByTag);
const contentOf = prepare((db: Reads, named: { digest: Digest }) =>
  db.selectFrom('manifest_content').select('content').where('digest', '=', named.digest),
);

export function findManifestStat(
  db: Reads,
  repository: RepositoryName,
  reference: Reference,
): NowOrLater<ManifestStat | undefined> {
  const rows =
    reference.kind === 'tag'
      ? statByTag(db, { repository, tag: reference.tag })
      : statByDigest(db, { repository, digest: reference.digest });
  return andThen(rows, ([row]) => row);
}

export function findManifest(
  db: Reads,
  repository: RepositoryName,
  reference: Reference,
): NowOrLater<StoredManifest | undefined> {
  return andThen(findManifestStat(db, repository, reference), (stat) => {
    if (!stat) return undefined;
    const { digest, mediaType, sizeBytes } = stat;
    const read = () => andThen(contentOf(db, { digest }), ([row]) => row?.content);
    return andThen(
      recentContent(digest, read),
      (content) => content && { digest, mediaType, sizeBytes, content },
    );
  });
}

export interface NewManifest extends StoredManifest {
  readonly repositoryId: number;
  readonly artifactType: string | undefined;
  readonly subject: Digest | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly now: number;
}

const putContent = prepare((trx: Reads, { digest, content }: { digest: Digest; content: Uint8Array }) =>
  trx
    .insertInto('manifest_content')
    .values({ digest, content })
    // The digest was checked: if what is there differs, it is damaged, and this heals it.
    .onConflict((conflict) =>
      conflict.column('digest').doUpdateSet({ content }).where('manifest_content.content', '!=', content),
    ),
);

const putRow = prepare((trx: Reads, row: DistributionTables['repository_manifest']) =>
  trx
    .insertInto('repository_manifest')
    .values({
      repository_id: row.repository_id,
      digest: row.digest,
      media_type: row.media_type,
      size_bytes: row.size_bytes,
      artifact_type: row.artifact_type,
      subject_digest: row.subject_digest,
      annotations: row.annotations,
      pushed_at: row.pushed_at,
    })
    .onConflict((conflict) => conflict.doUpdateSet({ pushed_at: row.pushed_at, media_type: row.media_type })),
);

export async function putManifest(trx: Trx, manifest: NewManifest): Promise<void> {
  const { digest, content } = manifest;
  await Promise.all([
    putContent(trx, { digest, content }),
    putRow(trx, {
      repository_id: manifest.repositoryId,
      digest,
      media_type: manifest.mediaType,
      size_bytes: manifest.sizeBytes,
      artifact_type: manifest.artifactType ?? null,
      subject_digest: manifest.subject ?? null,
      annotations: manifest.annotations ? JSON.stringify(manifest.annotations) : null,
      pushed_at: manifest.now,
    }),
  ]);
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
