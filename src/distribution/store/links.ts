import type { Kysely } from 'kysely';
import type { Digest, RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';
import type { LinkKey } from '../tree/link-layout.ts';

type Reads = Kysely<DistributionTables>;

/** What the link of this fact has to say: its target and since when; undefined if there is no such fact. */
export async function findLinkFact(
  db: Reads,
  repository: RepositoryName,
  key: LinkKey,
): Promise<{ target: Digest; at: number } | undefined> {
  switch (key.kind) {
    case 'layer':
      return db
        .selectFrom('repository_blob')
        .innerJoin('repository', 'repository.id', 'repository_blob.repository_id')
        .select(['repository_blob.digest as target', 'linked_at as at'])
        .where('repository.name', '=', repository)
        .where('digest', '=', key.digest)
        .executeTakeFirst();
    case 'revision':
      return db
        .selectFrom('repository_manifest')
        .innerJoin('repository', 'repository.id', 'repository_manifest.repository_id')
        .select(['repository_manifest.digest as target', 'pushed_at as at'])
        .where('repository.name', '=', repository)
        .where('digest', '=', key.digest)
        .executeTakeFirst();
    case 'tag':
      return db
        .selectFrom('tag')
        .innerJoin('repository', 'repository.id', 'tag.repository_id')
        .select(['tag.digest as target', 'updated_at as at'])
        .where('repository.name', '=', repository)
        .where('tag.name', '=', key.tag)
        .executeTakeFirst();
  }
}

/** The bytes of a manifest, whichever repository has it. */
export async function findManifestContent(db: Reads, digest: Digest): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('manifest_content')
    .select('content')
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row?.content;
}
