import { setTimeout as delay } from 'node:timers/promises';
import { DbError } from '../db-error.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { SqliteConnection, StatementResult } from './connection.ts';
import type { LogSync } from './log-sync.ts';
import { isBusy } from './sqlite-error.ts';
import { createTurns } from './turns.ts';

/**
 * Transactions on the writing connection, one after the other. A commit leaves its pages in the log and lets the next
 * begin; it resolves when the log is synced, and those that wait for the disk at the same time share a sync.
 */
export interface Transactions {
  begin(): Promise<void>;
  execute(sql: string, parameters: readonly unknown[]): StatementResult | Promise<StatementResult>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Resolves when all that is committed is durable. */
  settled(): Promise<void>;
  /** What is still asked for is refused; a transaction that is open is lost. */
  close(): Promise<void>;
}

/** 16 MiB: begun anew that often, the log stays small enough to be searched, and pages written often are copied once. */
const FRAMES_PER_CHECKPOINT = 4_000;
/** How often, and how many times, another process that writes is waited for: ten seconds. */
const BUSY = { everyMs: 5, times: 2_000 };

export function createTransactions(options: {
  file: string;
  connection: SqliteConnection;
  log: LogSync;
  checkpoints: Checkpoints;
}): Transactions {
  const { file, connection, log, checkpoints } = options;
  const queue: (() => void)[] = [];
  const turnToWaitFor = createTurns();
  let isTaken = false;
  let isCheckpointing = false;
  let isClosed = false;

  const acquire = () =>
    new Promise<void>((resolve) => {
      if (isTaken) queue.push(resolve);
      else {
        isTaken = true;
        resolve();
      }
    });
  const passOn = () => {
    const next = queue.shift();
    if (next) next();
    else isTaken = false;
  };

  const assertUsable = () => {
    if (isClosed) throw new DbError('database-unavailable', `The database ${file} is closed.`);
    if (log.failure) throw log.failure;
  };

  /** What SQLite gave up by itself is rolled back already. */
  const rollBackIfOpen = () => {
    if (connection.inTransaction) connection.execute('ROLLBACK', []);
  };

  async function beginImmediate(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        connection.execute('BEGIN IMMEDIATE', []);
        return;
      } catch (error) {
        if (!isBusy(error) || tries === BUSY.times) throw error;
      }
      await delay(BUSY.everyMs);
      assertUsable();
    }
  }

  /** After a sync that failed: the log is brought into the database file instead, which is written and synced afresh. */
  async function recover(): Promise<void> {
    if (!log.isIntact()) {
      throw new DbError(
        'database-unavailable',
        `The log of ${file} could not be synced, and cannot be read as it was written any more. Restart the server.`,
        { cause: log.failure },
      );
    }
    try {
      await checkpoints.run('truncate');
    } catch (cause) {
      throw new DbError(
        'database-unavailable',
        `The log of ${file} could not be synced, nor brought into the database (${(cause as Error).message}). Try again; see the disk's errors in the kernel log.`,
        { cause },
      );
    }
    log.forgive();
  }

  async function checkpoint(): Promise<void> {
    await checkpoints.run('passive');
    // Under constant load something is left each time, and the log would grow for ever: the rest while nobody writes.
    await acquire();
    try {
      assertUsable();
      await checkpoints.run('restart');
    } finally {
      passOn();
    }
  }

  function checkpointIfDue(): void {
    if (isCheckpointing || isClosed) return;
    const { rows } = connection.execute('PRAGMA wal_checkpoint(NOOP)', []);
    if (Number(rows[0]?.log) < FRAMES_PER_CHECKPOINT) return;
    isCheckpointing = true;
    // What went wrong goes wrong in transactions, too, if it lasts; tried again after the next.
    checkpoint()
      .catch(() => {})
      .finally(() => {
        isCheckpointing = false;
      });
  }

  const execute = (sql: string, parameters: readonly unknown[]) => {
    assertUsable();
    // Once SQLite gave up the transaction, statements would take effect one by one.
    if (!connection.inTransaction) throw new Error('The transaction has ended: an earlier statement failed.');
    return connection.execute(sql, parameters);
  };

  return {
    async begin() {
      await acquire();
      try {
        if (!isClosed && log.failure) await recover();
        assertUsable();
        // One whose rollback failed.
        rollBackIfOpen();
        checkpointIfDue();
        await beginImmediate();
      } catch (error) {
        passOn();
        throw error;
      }
    },

    execute(sql, parameters) {
      const turn = turnToWaitFor();
      return turn ? turn.then(() => execute(sql, parameters)) : execute(sql, parameters);
    },

    async commit() {
      try {
        assertUsable();
        connection.execute('COMMIT', []);
        // Begun before the next transaction is.
        return log.sync();
      } catch (error) {
        rollBackIfOpen();
        throw error;
      } finally {
        passOn();
      }
    },

    async rollback() {
      try {
        if (!isClosed) rollBackIfOpen();
      } finally {
        passOn();
      }
      // Its refusal may rest on what others committed ("not there": somebody has just deleted it), and what it was told
      // must not come back with the power.
      await log.settled();
    },

    settled: log.settled,

    async close() {
      isClosed = true;
      await checkpoints.close();
      await log.close();
      connection.close();
    },
  };
}
