import { followFacts, ladingPaths, type Storage } from '../app/index.ts';
import { acquireRootLock, DbError } from '../db/index.ts';
import { silentLogger } from '../kernel/index.ts';

/**
 * Lets the link files on disk follow what was changed in the database, unless a server holds the root: then it is
 * the server that writes them, within seconds. Throws what kept them from following; nothing is lost then.
 */
export async function followRemovals(storage: Storage): Promise<void> {
  const { root } = storage;
  if (root === undefined) return;
  const lock = await tryLock(ladingPaths(root).lock);
  if (lock === undefined) return;
  try {
    await using trail = followFacts(storage, silentLogger);
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
