import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createDirectorySync, type DirectoryBatch, type DirectorySync } from './directory-sync.ts';
import { isAbsence, toTreeError } from './on-tree.ts';
import { TreeError } from './tree-error.ts';

/** What is to be done with files, for one link of the tree. */
export type FileChange =
  /** Each of `paths` is to hold `target`, written at `at` (milliseconds since the epoch). */
  | { readonly paths: readonly string[]; readonly target: string; readonly at: number }
  /** What is at `removed` is to go; `kept` is a directory that is to be there. */
  | { readonly removed: string; readonly kept?: string };

export interface LinkFiles {
  /**
   * Does all changes, then syncs each directory that they touched, once. Answers in their order: undefined if the change
   * is done and durable, else why not. Waits for the disk in this thread.
   */
  write(changes: readonly FileChange[]): (TreeError | undefined)[];
}

/** Links as files below `top`, which is not made durable itself. `syncDirectory` is that of directory-sync.ts. */
export function createLinkFiles(options: {
  top: string;
  syncDirectory: (directory: string) => void;
}): LinkFiles {
  const directories = createDirectorySync({ top: options.top, sync: options.syncDirectory });
  return {
    write(changes) {
      const errors = changes.map((change) =>
        errorOf(change, () => {
          if ('removed' in change) remove(directories, change);
          else for (const path of change.paths) writeLink(directories, path, change);
        }),
      );
      const batch = directories.begin();
      // Also for links that were right already: a crash may have come between writing them and this.
      return changes.map(
        (change, index) => errors[index] ?? errorOf(change, () => makeDurable(batch, change)),
      );
    },
  };
}

function makeDurable(batch: DirectoryBatch, change: FileChange): void {
  if ('removed' in change) {
    batch.sync(dirname(change.removed));
    if (change.kept !== undefined) batch.syncUpwards(change.kept);
  } else {
    for (const path of change.paths) batch.syncUpwards(dirname(path));
  }
}

/** Runs `work`; a failure of the file system is answered as a TreeError. */
function errorOf(change: FileChange, work: () => void): TreeError | undefined {
  try {
    work();
    return undefined;
  } catch (caught) {
    const error =
      'removed' in change
        ? toTreeError(caught, 'remove a link', change.removed)
        : toTreeError(caught, 'write a link', change.paths.at(-1) ?? '');
    if (error instanceof TreeError) return error;
    throw error;
  }
}

function remove(directories: DirectorySync, { removed, kept }: { removed: string; kept?: string }): void {
  removeAll(removed);
  if (kept !== undefined) makeDirectory(directories, kept);
}

/** Not `rmSync`, whose calls the tests of power loss do not see. */
function removeAll(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    unlinkSync(path);
    return;
  }
  for (const name of readdirSync(path)) removeAll(join(path, name));
  rmdirSync(path);
}

/**
 * Temporary file, sync, rename, and later the sync of the directory: a crash leaves the old link or the new one. The
 * temporary file has one fixed name, so that what a crash leaves of it is overwritten by the next attempt.
 */
function writeLink(
  directories: DirectorySync,
  path: string,
  { target, at }: { target: string; at: number },
): void {
  const time = new Date(at);
  const present = readPresent(path);
  if (present?.text === target) {
    if (present.modifiedAt !== at) utimesSync(path, time, time);
    return;
  }
  makeDirectory(directories, dirname(path));
  const temporary = join(dirname(path), 'link.lading');
  const file = openSync(temporary, temporaryFlags, 0o644);
  try {
    writeFileSync(file, target);
    futimesSync(file, time, time);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

const temporaryFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

function makeDirectory(directories: DirectorySync, path: string): void {
  try {
    const firstMade = mkdirSync(path, { recursive: true, mode: 0o755 });
    if (firstMade !== undefined) directories.forget(path, firstMade);
  } catch (error) {
    directories.forgetAll();
    throw error;
  }
}

/** What is in place of the link; undefined if that is none or cannot be read: it is written anew then. */
function readPresent(path: string): { text: string; modifiedAt: number } | undefined {
  try {
    return readFile(path);
  } catch (caught) {
    const error = toTreeError(caught, 'read a link', path);
    if (isAbsence(caught) || (error instanceof TreeError && error.code === 'tree-damaged')) return undefined;
    throw error;
  }
}

/** A symbolic link must not lead out of the tree, and opening a pipe must not wait for its other end. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Longer than any digest by one, so that what is longer is seen to be. */
const maximumBytes = 136;

function readFile(path: string): { text: string; modifiedAt: number } | undefined {
  const file = openSync(path, readFlags);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    const bytes = Buffer.alloc(maximumBytes);
    const length = readSync(file, bytes, 0, maximumBytes, 0);
    return { text: bytes.toString('latin1', 0, length), modifiedAt: Math.round(stat.mtimeMs) };
  } finally {
    closeSync(file);
  }
}
