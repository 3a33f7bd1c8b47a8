import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, with those on the way to it, and makes their entries durable: SQLite syncs the entries of the folder
 * that its files are in, but not the entry of that folder itself, and without it the files are lost with the power.
 */
export async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  // At least the folder above, also when nothing was made: a crash may have come between making it and this.
  for (let at = path; at.length >= (firstMade ?? path).length; at = dirname(at)) await syncPath(dirname(at));
}

/** A file's content, or a folder's entries. */
export async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    // Some network file systems cannot sync a directory; they write its entries at once.
    if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
  });
}
