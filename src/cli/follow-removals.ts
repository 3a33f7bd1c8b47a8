import { ladingPaths, type Storage } from '../app/index.ts';
import { acquireRootLock, DbError } from '../db/index.ts';
import { createFilesystemLinkTree, createTrail } from '../distribution/index.ts';
import { silentLogger } from '../kernel/index.ts';

/**
 * Lets the link files on disk follow what was changed in the database, unless a server holds the root: then it is
 * the server that writes them, at its next push or start. Throws what kept them from following; nothing is lost then.
 */
export async function followRemovals({ db, blobs, root }: Storage): Promise<void> {
  if (root === undefined) return;
  const lock = await tryLock(ladingPaths(root).lock);
  if (lock === undefined) return;
  try {
    await using trail = createTrail({
      db,
      blobs,
      tree: createFilesystemLinkTree({ root }),
      log: silentLogger,
    });
    await trail.flush();
  } finally {
    lock.release();
  }
}

async function tryLock(file: string): Promise<{ release(): void } | undefined> {
  try {
    return await acquireRootLock(file);
  } catch (error) {
    if (error instanceof DbError && error.code === 'root-in-use') return undefined;
    throw error;
  }
}
