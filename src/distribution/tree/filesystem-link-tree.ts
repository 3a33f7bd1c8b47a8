import { constants } from 'node:fs';
import { mkdir, open, rename, rm, unlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Digest } from '../../oci/index.ts';
import { createDirectorySync, type DirectorySync } from './directory-sync.ts';
import { linkLayout } from './link-layout.ts';
import type { LinkTree } from './link-tree.ts';
import { ifPresent, onTree } from './on-tree.ts';
import { type Link, readLink } from './read-link.ts';
import { TreeError } from './tree-error.ts';

/** Links as files below `root`, drawn in link-layout.ts. For one link, one call at a time. */
export function createFilesystemLinkTree({ root }: { root: string }): LinkTree {
  const layout = linkLayout(resolve(root));
  const directories = createDirectorySync({ top: layout.root });

  return {
    async put(repository, key, link) {
      if (key.kind === 'tag') {
        await writeLink(directories, layout.tagIndexPath(repository, key.tag, link.target), link);
      }
      await writeLink(directories, layout.linkPath(repository, key), link);
    },

    async remove(repository, key) {
      const path = key.kind === 'tag' ? layout.tagDir(repository, key.tag) : layout.linkPath(repository, key);
      await onTree('remove a link', path, async () => {
        if (key.kind === 'tag') await rm(path, { recursive: true, force: true });
        else await ifPresent(unlink(path));
        await directories.sync(dirname(path));
        if (key.kind !== 'revision') return;
        // A repository that ever had a manifest is in the catalog, also when it was deleted before its link was made.
        const revisions = dirname(dirname(path));
        const firstMade = await mkdir(revisions, { recursive: true, mode: 0o755 });
        if (firstMade !== undefined) await directories.syncUpwards(revisions, firstMade);
      });
    },
  };
}

/**
 * Temporary file, sync, rename, sync of the directory: a crash leaves the old link or the new one. The temporary
 * file has one fixed name, so that what a crash leaves of it is overwritten by the next attempt.
 */
async function writeLink(
  directories: DirectorySync,
  path: string,
  link: { target: Digest; at: number },
): Promise<void> {
  const directory = dirname(path);
  const time = new Date(link.at);
  await onTree('write a link', path, async () => {
    let firstMade: string | undefined;
    const present = await readSound(path);
    if (present?.target !== link.target) {
      firstMade = await mkdir(directory, { recursive: true, mode: 0o755 });
      const temporary = join(directory, 'link.lading');
      {
        await using file = await open(temporary, temporaryFlags, 0o644);
        await file.writeFile(link.target);
        await file.utimes(time, time);
        await file.sync();
      }
      await rename(temporary, path);
    } else if (present.modifiedAt !== link.at) {
      await utimes(path, time, time);
    }
    // Also when the link was right already: a crash may have come between writing it and this.
    await directories.syncUpwards(directory, firstMade);
  });
}

const temporaryFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** A link that cannot be read is written anew. */
async function readSound(path: string): Promise<Link | undefined> {
  return readLink(path).catch((error: unknown) => {
    if (error instanceof TreeError && error.code === 'tree-damaged') return undefined;
    throw error;
  });
}
