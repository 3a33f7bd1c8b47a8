import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, ifPresent } from './on-tree.ts';

/** Makes directory entries durable, without doing for each link again what is known to be done. */
export interface DirectorySync {
  /** The entries of this directory; a directory that is gone has none. */
  sync(directory: string): Promise<void>;
  /**
   * The entries of this directory, and the entry of each directory on the way to it. `firstMade` is the uppermost
   * one that was made just now, if any.
   */
  syncUpwards(directory: string, firstMade: string | undefined): Promise<void>;
}

/** Bounds memory: a registry may have any number of repositories. */
const maximumRemembered = 10_000;

export function createDirectorySync({ top }: { top: string }): DirectorySync {
  /** Directories whose own entry is on the disk. */
  const durable = new Set<string>();

  async function sync(directory: string): Promise<void> {
    const opened = await ifPresent(open(directory, 'r'));
    if (opened === undefined) return;
    await using handle = opened;
    await handle.sync().catch((error: unknown) => {
      // Some network file systems cannot sync a directory; they write its entries at once.
      if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error;
    });
  }

  return {
    sync,
    async syncUpwards(directory, firstMade) {
      // What is known of a directory that was removed and made again no longer holds.
      if (firstMade !== undefined) {
        for (let at = directory; at.length >= firstMade.length; at = dirname(at)) durable.delete(at);
      }
      await sync(directory);
      // The directory of a link is not remembered: there are as many as links.
      await sync(dirname(directory));
      const synced: string[] = [];
      for (let at = dirname(directory); at !== top && !durable.has(at); at = dirname(at)) {
        await sync(dirname(at));
        synced.push(at);
      }
      if (durable.size + synced.length > maximumRemembered) durable.clear();
      for (const done of synced) durable.add(done);
    },
  };
}
