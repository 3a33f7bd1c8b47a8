import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { steadyNow } from '../../kernel/index.ts';

/** Who takes longer has waited for a disk, or a network. */
const SLOW_MS = 5;
const PATIENCE_MS = 10_000;

/**
 * `stat`: in this thread (2 µs) while the file system answers from memory, and for some seconds after it once did not
 * through the thread pool (12 µs, and the wait for a thread), where nobody else waits for it. Each request of a push
 * or pull that is about a blob looks at its file.
 */
export function createLookUp(system = { stat, statSync, now: steadyNow }): (path: string) => Promise<Stats> {
  let slowUntil = Number.NEGATIVE_INFINITY;
  return async (path) => {
    const began = system.now();
    if (began < slowUntil) return system.stat(path);
    try {
      return system.statSync(path);
    } finally {
      const ended = system.now();
      if (ended - began > SLOW_MS) slowUntil = ended + PATIENCE_MS;
    }
  };
}
