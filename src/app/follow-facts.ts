import { createFilesystemLinkTree, createTrail, noLinkTree, type Trail } from '../distribution/index.ts';
import type { Logger } from '../kernel/index.ts';
import type { Storage } from './storage.ts';

/** How soon the link files follow what `lading rm` changed beside a running server, which is told of nothing. */
const LOOK_MS = 10_000;

/** How long a stop waits for the link files to catch up. */
const FLUSH_MS = 10_000;

/** Lets the link files on disk follow the database from now on. Catches up before it closes. */
export function followFacts(storage: Storage, log: Logger): Trail {
  const { blobs, db, root } = storage;
  const tree = root === undefined ? noLinkTree : createFilesystemLinkTree({ root });
  const trail = createTrail({ db, blobs, tree, log });
  trail.poke();
  const timer = setInterval(() => trail.poke(), LOOK_MS).unref();
  return {
    ...trail,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      // What cannot be followed now is followed after the next start: the database has it.
      const enough = setTimeout(() => void trail.close(), FLUSH_MS);
      await trail.flush().catch(() => {});
      clearTimeout(enough);
      await trail.close();
    },
  };
}
