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
import { hasAccountsMark } from './accounts-mark.ts';
import { migrations } from './migrations.ts';
import { ladingPaths } from './storage.ts';

export interface RebuiltStorage extends Rebuild {
  /** Whether the registry had accounts, whatever came over of them: only the old database held them. */
  readonly hadAccounts: boolean;
}

/** Makes the database below `root` anew from the tree. Throws `DbError` root-in-use while a server has it. */
export async function rebuildStorage(options: {
  root: string;
  clock: Clock;
  log: Logger;
  onProgress: (counts: AdoptionCounts) => void;
}): Promise<RebuiltStorage> {
  const { root, clock, log } = options;
  const paths = ladingPaths(root);
  const lock = await acquireRootLock(paths.lock);
  try {
    const rebuilt = await rebuildDatabase({
      ...options,
      file: paths.database,
      blobs: await createFilesystemBlobStore({ root, clock, log }),
      open: (file) => openSqlite<DistributionTables>({ file, migrations }),
      tree: createFilesystemLinkTree({ root }),
    });
    return { ...rebuilt, hadAccounts: await hasAccountsMark(root) };
  } finally {
    lock.release();
  }
}
