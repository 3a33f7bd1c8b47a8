import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Reads = Kysely<DistributionTables>;

// All facts of a kind, for a check, which reads everything: in pages, so that memory stays flat and requests get
// their turn between them.

const ROWS_PER_PAGE = 500;

export interface BlobRow {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** In order of digest: rows of the same blob follow each other. */
export async function* allBlobRows(db: Reads): AsyncGenerator<BlobRow> {
  yield* inPages<BlobRow>((last) =>
    db
      .selectFrom('repository_blob')
      .innerJoin('repository', 'repository.id', 'repository_blob.repository_id')
      .select([
        'repository_id as repositoryId',
        'repository.name as repository',
        'digest',
        'size_bytes as sizeBytes',
      ])
      .where(sql<boolean>`(digest, repository_id) > (${last?.digest ?? ''}, ${last?.repositoryId ?? 0})`)
      .orderBy('digest')
      .orderBy('repository_id')
      .limit(ROWS_PER_PAGE)
      .execute(),
  );
}

export interface ManifestRow {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

/** In order of digest: rows of the same manifest follow each other. */
export async function* allManifestRows(db: Reads): AsyncGenerator<ManifestRow> {
  yield* inPages<ManifestRow>((last) =>
    db
      .selectFrom('repository_manifest')
      .innerJoin('repository', 'repository.id', 'repository_manifest.repository_id')
      .select(['repository_id as repositoryId', 'repository.name as repository', 'digest'])
      .where(sql<boolean>`(digest, repository_id) > (${last?.digest ?? ''}, ${last?.repositoryId ?? 0})`)
      .orderBy('digest')
      .orderBy('repository_id')
      .limit(ROWS_PER_PAGE)
      .execute(),
  );
}

export interface TagRow {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
  /** 1 if the repository has the manifest that the tag points at. */
  readonly isSound: number;
}

export async function* allTagRows(db: Reads): AsyncGenerator<TagRow> {
  yield* inPages<TagRow>((last) =>
    db
      .selectFrom('tag')
      .innerJoin('repository', 'repository.id', 'tag.repository_id')
      .leftJoin('repository_manifest', (join) =>
        join
          .onRef('repository_manifest.repository_id', '=', 'tag.repository_id')
          .onRef('repository_manifest.digest', '=', 'tag.digest'),
      )
      .select([
        'tag.repository_id as repositoryId',
        'repository.name as repository',
        'tag.name as tag',
        'tag.digest as digest',
        sql<number>`repository_manifest.digest IS NOT NULL`.as('isSound'),
      ])
      .where(sql<boolean>`(tag.repository_id, tag.name) > (${last?.repositoryId ?? 0}, ${last?.tag ?? ''})`)
      .orderBy('tag.repository_id')
      .orderBy('tag.name')
      .limit(ROWS_PER_PAGE)
      .execute(),
  );
}

async function* inPages<Row>(page: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row> {
  let last: Row | undefined;
  do {
    const rows = await page(last);
    yield* rows;
    last = rows.at(-1);
    // A statement answers without leaving this turn of the event loop: others would wait for the last page.
    await setImmediate();
  } while (last !== undefined);
}

/** Whether any repository has the digest, as a blob or as a manifest. */
export async function isReferenced(db: Reads, digest: Digest): Promise<boolean> {
  for (const table of ['repository_blob', 'repository_manifest'] as const) {
    const row = await db.selectFrom(table).select('digest').where('digest', '=', digest).executeTakeFirst();
    if (row) return true;
  }
  return false;
}

/** Whether the tree has yet to follow a change of this fact. */
export async function isTreeChangePending(
  db: Reads,
  change: { kind: 'layer' | 'revision' | 'tag'; name: string; repository?: RepositoryName },
): Promise<boolean> {
  let rows = db
    .selectFrom('tree_change')
    .select('id')
    .where('kind', '=', change.kind)
    .where('name', '=', change.name);
  if (change.repository !== undefined) rows = rows.where('repository', '=', change.repository);
  return (await rows.executeTakeFirst()) !== undefined;
}

/** Which of `digests` the repository has as manifests. */
export async function listPresentManifests(
  db: Reads,
  repositoryId: number,
  digests: readonly Digest[],
): Promise<Set<Digest>> {
  const present = new Set<Digest>();
  for (let from = 0; from < digests.length; from += ROWS_PER_PAGE) {
    const rows = await db
      .selectFrom('repository_manifest')
      .select('digest')
      .where('repository_id', '=', repositoryId)
      .where('digest', 'in', digests.slice(from, from + ROWS_PER_PAGE))
      .execute();
    for (const row of rows) present.add(row.digest);
  }
  return present;
}
