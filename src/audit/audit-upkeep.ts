import type { Database } from '../db/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { findLast } from './append-rows.ts';
import type { Checkpoints } from './checkpoint-file.ts';
import { pruneLog } from './prune-log.ts';
import type { AuditTables } from './tables.ts';

export interface AuditUpkeep extends AsyncDisposable {
  /** Takes a checkpoint and drops what is too old, now. */
  run(): Promise<void>;
  /** Takes the last checkpoint and stops. */
  close(): Promise<void>;
}

const EVERY_MS = 60_000;
/** The head goes to the server's log, too, which is often kept elsewhere, where it is out of reach of who has the root. */
const TELL_EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** Once a minute, in the background: the checkpoint, and what is older than `retentionDays` (undefined: kept for ever). */
export function startAuditUpkeep(options: {
  db: Database<AuditTables>;
  /** Undefined when nothing outlives the process. */
  checkpoints: Checkpoints | undefined;
  retentionDays: number | undefined;
  clock: Clock;
  log: Logger;
}): AuditUpkeep {
  const { db, checkpoints, retentionDays, clock, log } = options;
  const stop = new AbortController();
  let kept = -1;
  let toldAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();

  async function takeCheckpoint(): Promise<void> {
    const { sequence, hash } = await findLast(db.reads);
    if (sequence === kept) return;
    await checkpoints?.put({ sequence, hash });
    kept = sequence;
    if (clock.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock.now();
    log.info({ sequence, hash }, 'head of the audit log');
  }

  async function runOnce(): Promise<void> {
    try {
      // Before and after: the checkpoint then never names a line that is gone, whenever the power goes.
      await takeCheckpoint();
      if (retentionDays !== undefined && !stop.signal.aborted) {
        const now = clock.now();
        await pruneLog(db, { before: now - retentionDays * DAY_MS, now, signal: stop.signal });
      }
      await takeCheckpoint();
    } catch (error) {
      log.warn({ err: error }, 'upkeep of the audit log failed: trying again in a minute');
    }
  }

  const run = () => {
    running = running.then(runOnce);
    return running;
  };
  const timer = setInterval(run, EVERY_MS).unref();
  const close = async () => {
    clearInterval(timer);
    stop.abort();
    await run();
  };
  return { run, close, [Symbol.asyncDispose]: close };
}
