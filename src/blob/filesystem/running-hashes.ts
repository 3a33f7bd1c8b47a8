import type { Hash } from 'node:crypto';

/** A hash over the first `sizeBytes` bytes of a file. */
export interface RunningHash {
  readonly hash: Hash;
  readonly sizeBytes: number;
}

/**
 * Hashes of unfinished uploads, so that finishing need not read the bytes again. Only a saving: any of them may be
 * missing. A hash is taken out while its file grows and put back once both agree, so a failure in between loses it.
 */
export interface RunningHashes {
  put(path: string, running: RunningHash): void;
  /** Takes out the hash of this file if it covers exactly `sizeBytes`; forgets it otherwise. */
  take(path: string, sizeBytes: number): Hash | undefined;
}

/** Bounds what clients who begin uploads and leave them cost in memory. */
const limit = 4096;

/** Holds at most 4,096 hashes: beyond that, the one whose file grew longest ago goes. */
export function createRunningHashes(): RunningHashes {
  const byPath = new Map<string, RunningHash>();
  return {
    put(path, running) {
      byPath.set(path, running);
      if (byPath.size <= limit) return;
      for (const oldest of byPath.keys()) {
        byPath.delete(oldest);
        return;
      }
    },
    take(path, sizeBytes) {
      const running = byPath.get(path);
      byPath.delete(path);
      return running?.sizeBytes === sizeBytes ? running.hash : undefined;
    },
  };
}
