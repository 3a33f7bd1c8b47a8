import type { Kysely } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';
import type { LinkKey } from '../tree/link-layout.ts';

type Reads = Kysely<DistributionTables>;

interface DigestOfRepository {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

const layerFact = prepare((db: Reads, { repository, digest }: DigestOfRepository) =>
  db
    .selectFrom('repository_blob')
    .innerJoin('repository', 'repository.id', 'repository_blob.repository_id')
    .select(['repository_blob.digest as target', 'linked_at as at'])
    .where('repository.name', '=', repository)
    .where('digest', '=', digest),
);

const revisionFact = prepare((db: Reads, { repository, digest }: DigestOfRepository) =>
  db
    .selectFrom('repository_manifest')
    .innerJoin('repository', 'repository.id', 'repository_manifest.repository_id')
    .select(['repository_manifest.digest as target', 'pushed_at as at'])
    .where('repository.name', '=', repository)
    .where('digest', '=', digest),
);

const tagFact = prepare((db: Reads, { repository, tag }: { repository: RepositoryName; tag: Tag }) =>
  db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository_id')
    .select(['tag.digest as target', 'updated_at as at'])
    .where('repository.name', '=', repository)
    .where('tag.name', '=', tag),
);

/** What the link of this fact has to say: its target and since when; undefined if there is no such fact. */
export async function findLinkFact(
  db: Reads,
  repository: RepositoryName,
  key: LinkKey,
): Promise<{ target: Digest; at: number } | undefined> {
  const [fact] = await linkFacts(db, repository, key);
  return fact;
}

function linkFacts(db: Reads, repository: RepositoryName, key: LinkKey) {
  switch (key.kind) {
    case 'layer':
      return layerFact(db, { repository, digest: key.digest });
    case 'revision':
      return revisionFact(db, { repository, digest: key.digest });
    case 'tag':
      return tagFact(db, { repository, tag: key.tag });
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
