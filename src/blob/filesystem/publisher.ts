import { dirname } from 'node:path';
import type { Digest } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { Files } from './files.ts';
import type { FilesystemLayout } from './filesystem-layout.ts';
import { errnoOf, ifPresent } from './on-disk.ts';

export interface Publisher {
  /** Makes the file at `path`, which is complete, checked and synced, the blob `digest`. Durable when it resolves. */
  publish(path: string, digest: Digest): Promise<void>;
  /** Makes the entries of one directory durable. A directory that is gone has none. */
  syncDirectory(path: string): Promise<void>;
}

/** How often a delete may take the directory away between making it and renaming into it. */
const maxAttempts = 100;

/** The one way by which bytes become visible as a blob. */
export function createPublisher({ files, layout }: { files: Files; layout: FilesystemLayout }): Publisher {
  // Directories whose own entry is known to be durable. Only those that are never removed are remembered, so there
  // are at most 256 for each algorithm, and a few above.
  const durable = new Set<string>();

  const syncDirectory = async (path: string) => {
    await ifPresent(files.syncDirectory(path)).catch((error: unknown) => {
      // Some network file systems cannot sync a directory; they write its entries at once.
      if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error;
    });
  };

  // Not only directories made just now are synced: another push may have made them and not yet come to its sync.
  const syncUpwards = async (blobDir: string) => {
    await syncDirectory(blobDir);
    await syncDirectory(dirname(blobDir));
    const synced: string[] = [];
    for (let dir = dirname(blobDir); dir !== layout.root && !durable.has(dir); dir = dirname(dir)) {
      await syncDirectory(dirname(dir));
      synced.push(dir);
    }
    for (const dir of synced) durable.add(dir);
  };

  const renameInto = async (path: string, digest: Digest) => {
    for (let attempt = 1; ; attempt++) {
      await files.mkdir(layout.blobDir(digest));
      try {
        return await files.rename(path, layout.blobPath(digest));
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' || attempt === maxAttempts) throw error;
        if ((await ifPresent(files.stat(path))) === undefined) {
          throw new BlobError(
            'upload-unknown',
            'The upload vanished while it was being finished; start again.',
          );
        }
      }
    }
  };

  return {
    syncDirectory,

    async publish(path, digest) {
      // In this order. A crash (power cut) leaves, before the rename: the session, perhaps an empty directory,
      // which `find` and `list` do not see; after it: the blob whole, because its bytes were synced before, or the
      // session as it was. The caller hears of success only once the entries are durable too. If syncing them
      // fails, the blob is visible and right, but the caller is told that it may not last.
      await renameInto(path, digest);
      await syncUpwards(layout.blobDir(digest));
    },
  };
}
