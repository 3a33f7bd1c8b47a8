import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { migrations } from '../app/migrations.ts';
import { type BlobStore, createFilesystemBlobStore } from '../blob/index.ts';
import { type Database, openSqlite } from '../db/index.ts';
import {
  createFilesystemLinkTree,
  createTrail,
  type DistributionContext,
  type DistributionTables,
  type LinkTree,
  type Trail,
} from '../distribution/index.ts';
import { createCapturingLogger } from './capturing-logger.ts';
import { createFakeClock } from './fake-clock.ts';

/** A registry on disk below HTTP: bytes, facts and the link tree, in a directory of its own that goes with it. */
export interface OpenRegistry extends AsyncDisposable {
  readonly root: string;
  readonly databaseFile: string;
  readonly blobs: BlobStore;
  readonly db: Database<DistributionTables>;
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly log: ReturnType<typeof createCapturingLogger>;
  readonly tree: LinkTree;
  readonly trail: Trail;
  /** For the use-cases. They do not poke the trail: tests flush it. */
  readonly context: DistributionContext;
  openDatabase(file: string): Promise<Database<DistributionTables>>;
}

export async function openRegistry(): Promise<OpenRegistry> {
  const root = await mkdtemp(join(tmpdir(), 'lading-registry-'));
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const databaseFile = join(root, 'lading', 'lading.db');
  const openDatabase = (file: string) => openSqlite<DistributionTables>({ file, migrations });
  const blobs = await createFilesystemBlobStore({ root, clock, log });
  const db = await openDatabase(databaseFile);
  const tree = createFilesystemLinkTree({ root });
  const trail = createTrail({ db, blobs, tree, log });
  return {
    root,
    databaseFile,
    blobs,
    db,
    clock,
    log,
    tree,
    trail,
    context: { blobs, db, clock, log, onTreeChange: () => {} },
    openDatabase,
    async [Symbol.asyncDispose]() {
      await trail.close();
      await db.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** All facts that clients can see, by name instead of by id, to be compared with another database's. */
export async function readFacts({ reads }: Database<DistributionTables>) {
  const inRepository = ['repository_blob', 'repository_manifest', 'tag'] as const;
  const [blobs, manifests, tags] = await Promise.all(
    inRepository.map(async (table) => {
      const rows = await reads
        .selectFrom(table)
        .innerJoin('repository', 'repository.id', `${table}.repository_id`)
        .selectAll(table)
        .select('repository.name as repository')
        .execute();
      return rows.map(({ repository_id: _, ...row }) => JSON.stringify(row, Object.keys(row).sort())).sort();
    }),
  );
  const repositories = await reads
    .selectFrom('repository')
    .select(['name', 'listed'])
    .orderBy('name')
    .execute();
  const contents = await reads
    .selectFrom('manifest_content')
    .select(['digest', 'content'])
    .where('digest', 'in', (query) => query.selectFrom('repository_manifest').select('digest'))
    .orderBy('digest')
    .execute();
  return {
    repositories: repositories.map(({ name, listed }) => `${name} ${listed}`),
    blobs,
    manifests,
    tags,
    contents: contents.map(({ digest, content }) => `${digest} ${Buffer.from(content).toString('base64')}`),
  };
}

/** Every file and directory below `folder`: path, mode, time, and the text of small files. */
export async function snapshotTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeMs, size } = await stat(path);
    const text = entry.isFile() && size < 200 ? await readFile(path, 'latin1') : '';
    return [relative(folder, path), mode.toString(8), mtimeMs, size, text].join(' ');
  });
  return (await Promise.all(lines)).sort();
}
