import type { Database } from '../../db/index.ts';
import { isPullOfItsOwn, type Usage } from '../../distribution/index.ts';
import { appendEvent } from '../../jobs/index.ts';
import type { Clock, Logger } from '../../kernel/index.ts';
import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';
import type { HubTables } from '../tables.ts';
import { addPulls, addTagPulls } from './activity-store.ts';

export interface CountedUsage extends Usage, AsyncDisposable {
  /** Writes what was counted since the last time. */
  flush(): Promise<void>;
  /** Flushes, too. */
  close(): Promise<void>;
}

const FLUSH_MS = 5_000;
/** Bounds memory between two writes: what is more is not counted by its tag or digest, somebody is only crawling. */
const MAX_COUNTED = 50_000;

interface Counted {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly tag: Tag | undefined;
  pulls: number;
  lastPulledAt: number;
}

/**
 * Counts pulls in memory and writes them every few seconds in one transaction: a pull itself writes nothing. A crash
 * loses the pulls of these seconds.
 */
export function createUsage(options: {
  db: Database<HubTables>;
  clock: Clock;
  log: Logger;
  /** Told after a commit that appended events. */
  onEvents: () => void;
}): CountedUsage {
  const { db, clock, log, onEvents } = options;
  let counted = new Map<string, Counted>();

  async function flush(): Promise<void> {
    const pending = counted;
    if (pending.size === 0) return;
    counted = new Map();
    try {
      const own: Counted[] = [];
      for (const one of pending.values()) {
        // The digest of an index is asked for by its tag with HEAD, then by itself, then one of its images is.
        if (one.tag || (await isPullOfItsOwn(db.reads, one.repository, one.digest))) own.push(one);
      }
      const changed = await db.transaction((trx) => write(trx, own));
      if (changed) onEvents();
    } catch (error) {
      for (const [key, one] of pending) add(key, one);
      throw error;
    }
  }

  function add(key: string, one: Counted): void {
    const known = counted.get(key);
    if (known) {
      known.pulls += one.pulls;
      known.lastPulledAt = Math.max(known.lastPulledAt, one.lastPulledAt);
    } else if (counted.size < MAX_COUNTED) counted.set(key, { ...one });
  }

  /** Answers whether search has to hear of it: at powers of two, where a repository's place changes. */
  async function write(trx: Parameters<typeof addPulls>[0], own: readonly Counted[]): Promise<boolean> {
    let changed = false;
    for (const [repository, some] of Map.groupBy(own, (one) => one.repository)) {
      const pulls = some.reduce((sum, one) => sum + one.pulls, 0);
      const lastPulledAt = Math.max(...some.map((one) => one.lastPulledAt));
      const total = await addPulls(trx, { repository, pulls, lastPulledAt });
      for (const one of some) if (one.tag) await addTagPulls(trx, { ...one, tag: one.tag });
      if (Math.floor(Math.log2(1 + total)) === Math.floor(Math.log2(1 + total - pulls))) continue;
      changed = true;
      await appendEvent(trx, { type: 'repository.changed', repository, actor: null, at: lastPulledAt });
    }
    return changed;
  }

  const timer = setInterval(() => {
    flush().catch((error) => log.warn({ err: error }, 'pulls cannot be counted now; trying again'));
  }, FLUSH_MS).unref();

  async function close(): Promise<void> {
    clearInterval(timer);
    await flush().catch((error) => log.warn({ err: error }, 'the last pulls were not counted'));
  }

  return {
    manifestPulled({ repository, digest, tag }) {
      const one = { repository, digest, tag, pulls: 1, lastPulledAt: clock.now() };
      add(`${repository} ${tag ?? digest}`, one);
    },
    flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}
