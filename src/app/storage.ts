import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BlobStore, createFilesystemBlobStore, createMemoryBlobStore } from '../blob/index.ts';
import { acquireRootLock, type Database, openSqlite } from '../db/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Settings } from './configuration/index.ts';
import { type LadingTables, migrations } from './migrations.ts';

export interface Storage extends AsyncDisposable {
  readonly blobs: BlobStore;
  readonly db: Database<LadingTables>;
  /** The folder that holds everything; undefined when nothing outlives the process. */
  readonly root: string | undefined;
  close(): Promise<void>;
}

/** What of Lading lies beside the `docker/` folder of registry:2 (docs/STORAGE-LAYOUT.md). */
export function ladingPaths(root: string) {
  return { database: join(root, 'lading', 'lading.db'), lock: join(root, 'lading', 'lock.db') };
}

/**
 * Opens bytes and facts. With `exclusive`, for this process alone (throws `DbError` root-in-use): a server keeps
 * uploads in progress in memory, so two must not serve the same root.
 */
export async function openStorage(options: {
  storage: Settings['storage'];
  exclusive: boolean;
  clock: Clock;
  log: Logger;
}): Promise<Storage> {
  const { storage, clock, log } = options;
  if (storage.kind === 'inmemory') return openTemporaryStorage(clock);
  const paths = ladingPaths(storage.root);
  await using opened = new AsyncDisposableStack();
  if (options.exclusive) {
    const lock = await acquireRootLock(paths.lock);
    opened.defer(() => lock.release());
    // The database, its log and its copies hold the keys that sign tokens and the hashes of passwords.
    await chmod(dirname(paths.database), 0o700).catch((err: unknown) => {
      log.warn({ err }, 'The folder of the database could not be closed to other users of this machine');
    });
  }
  const blobs = await createFilesystemBlobStore({ root: storage.root, clock, log });
  opened.defer(() => blobs.close());
  const db = await openSqlite<LadingTables>({
    file: paths.database,
    migrations,
    shared: !options.exclusive,
  });
  opened.defer(() => db.close());
  return toStorage({ blobs, db, root: storage.root }, opened.move());
}

async function openTemporaryStorage(clock: Clock): Promise<Storage> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'lading-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const blobs = createMemoryBlobStore({ clock });
  const file = ladingPaths(folder).database;
  const db = await openSqlite<LadingTables>({ file, migrations });
  opened.defer(() => db.close());
  return toStorage({ blobs, db, root: undefined }, opened.move());
}

function toStorage(parts: Pick<Storage, 'blobs' | 'db' | 'root'>, opened: AsyncDisposableStack): Storage {
  const close = () => opened.disposeAsync();
  return { ...parts, close, [Symbol.asyncDispose]: close };
}
