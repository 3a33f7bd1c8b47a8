import { sql, type Transaction } from 'kysely';
import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Trx = Transaction<DistributionTables>;

/** Times are milliseconds since the Unix epoch. */
export interface AdoptedRepository {
  readonly repository: RepositoryName;
  readonly listed: boolean;
  readonly createdAt: number;
}

export interface AdoptedBlob {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly at: number;
}

export interface AdoptedManifest {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly content: Uint8Array;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly subject: Digest | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly at: number;
}

export interface AdoptedTag {
  readonly repository: RepositoryName;
  readonly name: Tag;
  readonly digest: Digest;
  readonly at: number;
}

export type RepositoryIds = ReadonlyMap<RepositoryName, number>;

/** Bounds the parameters of one statement, and how many forms of it there are to prepare. */
const ROWS_PER_STATEMENT = 100;

// All of these are idempotent: an adoption that was broken off repeats what it did after its last note.

export async function putRepositories(trx: Trx, repositories: readonly AdoptedRepository[]): Promise<void> {
  for (const some of slices(repositories)) {
    await trx
      .insertInto('repository')
      .values(
        some.map(({ repository, listed, createdAt }) => ({
          name: repository,
          listed: listed ? 1 : 0,
          created_at: createdAt,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ listed: sql`CASE WHEN excluded.listed = 1 THEN 1 ELSE repository.listed END` }),
      )
      .execute();
  }
}

export async function getRepositoryIds(trx: Trx, names: Iterable<RepositoryName>): Promise<RepositoryIds> {
  const ids = new Map<RepositoryName, number>();
  for (const some of slices([...names])) {
    const rows = await trx
      .selectFrom('repository')
      .select(['id', 'name'])
      .where('name', 'in', some)
      .execute();
    for (const { id, name } of rows) ids.set(name, id);
  }
  return ids;
}

export async function putBlobs(trx: Trx, ids: RepositoryIds, blobs: readonly AdoptedBlob[]): Promise<void> {
  for (const some of slices(blobs)) {
    await trx
      .insertInto('repository_blob')
      .values(
        some.map(({ repository, digest, sizeBytes, at }) => ({
          repository_id: idOf(ids, repository),
          digest,
          size_bytes: sizeBytes,
          linked_at: at,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

export async function putManifests(
  trx: Trx,
  ids: RepositoryIds,
  manifests: readonly AdoptedManifest[],
): Promise<void> {
  for (const some of slices(manifests)) {
    await trx
      .insertInto('manifest_content')
      .values(some.map(({ digest, content }) => ({ digest, content })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await trx
      .insertInto('repository_manifest')
      .values(
        some.map((manifest) => ({
          repository_id: idOf(ids, manifest.repository),
          digest: manifest.digest,
          media_type: manifest.mediaType,
          size_bytes: manifest.content.byteLength,
          artifact_type: manifest.artifactType ?? null,
          subject_digest: manifest.subject ?? null,
          annotations: manifest.annotations ? JSON.stringify(manifest.annotations) : null,
          pushed_at: manifest.at,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Puts the tags whose manifest the repository has, and answers the others. */
export async function putTags<Tag extends AdoptedTag>(
  trx: Trx,
  ids: RepositoryIds,
  tags: readonly Tag[],
): Promise<Tag[]> {
  const dangling: Tag[] = [];
  for (const some of slices(tags)) {
    const rows = await trx
      .selectFrom('repository_manifest')
      .select(['repository_id', 'digest'])
      .where('repository_id', 'in', [...new Set(some.map(({ repository }) => idOf(ids, repository)))])
      .where('digest', 'in', [...new Set(some.map(({ digest }) => digest))])
      .execute();
    const present = new Set(rows.map((row) => `${row.repository_id} ${row.digest}`));
    const sound = some.filter(({ repository, digest }) => present.has(`${idOf(ids, repository)} ${digest}`));
    dangling.push(...some.filter((tag) => !sound.includes(tag)));
    if (sound.length === 0) continue;
    await trx
      .insertInto('tag')
      .values(
        sound.map(({ repository, name, digest, at }) => ({
          repository_id: idOf(ids, repository),
          name,
          digest,
          updated_at: at,
        })),
      )
      .onConflict((conflict) =>
        conflict.doUpdateSet({ digest: sql`excluded.digest`, updated_at: sql`excluded.updated_at` }),
      )
      .execute();
  }
  return dangling;
}

function* slices<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += ROWS_PER_STATEMENT) {
    yield items.slice(from, from + ROWS_PER_STATEMENT);
  }
}

function idOf(ids: RepositoryIds, repository: RepositoryName): number {
  const id = ids.get(repository);
  if (id === undefined) throw new Error(`the repository ${repository} was not put before what it holds`);
  return id;
}
