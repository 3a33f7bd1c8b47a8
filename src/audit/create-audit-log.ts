import type { Transaction } from 'kysely';
import type { Database } from '../db/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { type AuditTrail, SYSTEM_ORIGIN } from '../rest/index.ts';
import { appendRows } from './append-rows.ts';
import { createRefusalQueue } from './refusal-queue.ts';
import type { AuditTables } from './tables.ts';
import { toRow } from './to-row.ts';

export interface AuditLog extends AuditTrail, AsyncDisposable {
  /** Whether a line was recorded for this request. Known for the last thousands of requests. */
  hasRecorded(requestId: string): boolean;
  /** Whether a refusal of this action was noted for this request, as long. */
  hasRefused(requestId: string, action: string): boolean;
  /** Writes the refusals that have gathered. */
  flush(): Promise<void>;
  /** Writes what has gathered and stops. */
  close(): Promise<void>;
}

/** How long a refusal waits to be written with others; what a crash loses of them. */
const GATHER_MS = 5_000;
const REMEMBERED_REQUESTS = 10_000;

export function createAuditLog(options: { db: Database<AuditTables>; clock: Clock; log: Logger }): AuditLog {
  const { db, clock, log } = options;
  const queue = createRefusalQueue();
  const recorded = createRecent();
  const refusals = createRecent();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const taken = queue.take();
    const { rows, dropped } = taken;
    if (rows.length === 0 && dropped === 0) return;
    const lost = {
      action: 'audit.dropped',
      origin: SYSTEM_ORIGIN,
      resource: { type: 'system', name: 'audit' },
      reason: `${dropped} refused requests came too fast to be written down one by one.`,
    };
    const all = dropped > 0 ? [...rows, { ...toRow(lost, 'refused'), times: dropped }] : rows;
    try {
      await db.transaction((trx) => appendRows(trx, all, clock.now()));
    } catch (error) {
      queue.putBack(taken);
      log.warn(
        { err: error, refusals: rows.length },
        'refused requests could not be written to the audit log yet',
      );
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    async record(trx, entry) {
      await appendRows(trx as Transaction<AuditTables>, [toRow(entry, 'done')], clock.now());
      recorded.add(entry.origin.requestId);
    },
    refused(entry) {
      const { requestId } = entry.origin;
      try {
        queue.add(entry);
        refusals.add(requestId && `${requestId} ${entry.action}`);
        timer ??= setTimeout(flush, GATHER_MS).unref();
      } catch (error) {
        log.error({ err: error, action: entry.action }, 'a refused request could not be noted');
      }
    },
    hasRecorded: (requestId) => recorded.has(requestId),
    hasRefused: (requestId, action) => refusals.has(`${requestId} ${action}`),
    flush,
    close: flush,
    [Symbol.asyncDispose]: flush,
  };
}

/** The last of many; the empty text, which stands for no request, is never one of them. */
function createRecent(): { has(key: string): boolean; add(key: string): void } {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add(key) {
      if (key === '') return;
      keys.add(key);
      if (keys.size <= REMEMBERED_REQUESTS) return;
      for (const oldest of keys) {
        keys.delete(oldest);
        return;
      }
    },
  };
}
