import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, isAbsence } from './on-tree.ts';

/** Makes directory entries durable, without doing for each link again what is known to be done. */
export interface DirectorySync {
  /** Begins a batch: all changes of entries are made, each directory is synced at most once. */
  begin(): DirectoryBatch;
  /** Before links are written below it: what is known of a directory no longer holds if it was `made` just now. */
  forget(directory: string, made: string): void;
  /** Directories may have been made, nobody knows which. */
  forgetAll(): void;
}

/** A directory whose sync failed fails each time it is asked for again. */
export interface DirectoryBatch {
  /** The entries of this directory; a directory that is gone has none. */
  sync(directory: string): void;
  /** The entries of this directory, and the entry of each directory on the way to it. */
  syncUpwards(directory: string): void;
}

/** Bounds memory: a registry may have any number of repositories. */
const maximumRemembered = 10_000;

/** `sync` is `syncDirectory`. */
export function createDirectorySync(options: {
  top: string;
  sync: (directory: string) => void;
}): DirectorySync {
  const { top } = options;
  /** Directories whose own entry is on the disk. */
  const durable = new Set<string>();

  function trySync(directory: string): { error: unknown } | 'synced' {
    try {
      options.sync(directory);
      return 'synced';
    } catch (error) {
      return { error };
    }
  }

  return {
    begin() {
      const tried = new Map<string, { error: unknown } | 'synced'>();
      const sync = (directory: string) => {
        let result = tried.get(directory);
        if (result === undefined) {
          result = trySync(directory);
          tried.set(directory, result);
        }
        if (result !== 'synced') throw result.error;
      };
      return {
        sync,
        syncUpwards(directory) {
          sync(directory);
          // The directory of a link is not remembered: there are as many as links.
          sync(dirname(directory));
          const synced: string[] = [];
          for (let at = dirname(directory); at !== top && !durable.has(at); at = dirname(at)) {
            sync(dirname(at));
            synced.push(at);
          }
          if (durable.size + synced.length > maximumRemembered) durable.clear();
          for (const done of synced) durable.add(done);
        },
      };
    },
    forget(directory, made) {
      for (let at = directory; at.length >= made.length; at = dirname(at)) durable.delete(at);
    },
    forgetAll: () => durable.clear(),
  };
}

/** Makes the entries of one directory durable. A directory that is gone has none. Waits for the disk in this thread. */
export function syncDirectory(directory: string): void {
  let file: number;
  try {
    file = openSync(directory, 'r');
  } catch (error) {
    if (isAbsence(error)) return;
    throw error;
  }
  try {
    fsyncSync(file);
  } catch (error) {
    // Some network file systems cannot sync a directory; they write its entries at once.
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error;
  } finally {
    closeSync(file);
  }
}
