import { createFilesystemBlobStore } from '../blob/index.ts';
import { acquireRootLock, openSqlite } from '../db/index.ts';
import {
  type AdoptionCounts,
  createFilesystemLinkTree,
  type DistributionTables,
  type Rebuild,
  rebuildDatabase,
} from '../distribution/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { migrations } from './migrations.ts';
import { ladingPaths } from './storage.ts';

/** Makes the database below `root` anew from the tree. Throws `DbError` root-in-use while a server has it. */
export async function rebuildStorage(options: {
  root: string;
  clock: Clock;
  log: Logger;
  onProgress: (counts: AdoptionCounts) => void;
}): Promise<Rebuild> {
  const { root, clock, log } = options;
  const paths = ladingPaths(root);
  const lock = await acquireRootLock(paths.lock);
  try {
    return await rebuildDatabase({
      ...options,
      file: paths.database,
      blobs: await createFilesystemBlobStore({ root, clock, log }),
      open: (file) => openSqlite<DistributionTables>({ file, migrations }),
      tree: createFilesystemLinkTree({ root }),
    });
  } finally {
    lock.release();
  }
}
