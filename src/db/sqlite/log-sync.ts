import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DbError } from '../db-error.ts';

/** Makes commits durable: SQLite leaves them in the log (`<file>-wal`) unsynced, and this syncs it off the thread. */
export interface LogSync {
  /**
   * Resolves when all that was committed before the call is durable. Those who wait share syncs. Rejects with
   * `DbError` database-unavailable when the disk failed to.
   */
  sync(): Promise<void>;
  /** As `sync`, but waits only for syncs already asked for. */
  settled(): Promise<void>;
  /** Why nothing may be committed now. */
  readonly failure: DbError | undefined;
  /** Whether the log can still be read as it was written, though it could not be synced. */
  isIntact(): boolean;
  /** Says that nothing depends on the log's unsynced part any more. */
  forgive(): void;
  /** Waits for the sync under way. */
  close(): Promise<void>;
}

/** `fdatasync` of node:fs. */
export type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

/**
 * The database must be open, and stay so: SQLite then never replaces the log by another file. After a sync that failed,
 * no other may follow: the kernel reports lost writes once, so the next would succeed without the bytes being on the
 * disk. What was committed before and after it has to reach the disk another way (a checkpoint) before `forgive`.
 */
export function createLogSync(options: { file: string; syncFile: SyncFile }): LogSync {
  const path = `${options.file}-wal`;
  const descriptor = openSync(path, 'r+');
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let failure: DbError | undefined;
  let writtenHash: string | undefined;

  const syncOnce = () =>
    new Promise<void>((resolve, reject) => {
      // Those who committed while the one before was under way, and it failed.
      if (failure) return reject(failure);
      options.syncFile(descriptor, (error) => {
        if (error === null) return resolve();
        failure = new DbError(
          'database-unavailable',
          `The log ${path} could not be synced: ${error.message}. See the disk's errors in the kernel log.`,
          { cause: error },
        );
        writtenHash = hashOf(descriptor);
        reject(failure);
      });
    });

  const syncNext = async () => {
    await running?.catch(() => {});
    // Whom that one let go on may be about to commit again, in this very turn: they share this one.
    await new Promise((resolve) => setImmediate(resolve));
    running = next;
    next = undefined;
    await syncOnce();
  };

  return {
    sync() {
      next ??= syncNext();
      // Heard later, perhaps by nobody.
      next.catch(() => {});
      return next;
    },
    settled: () => next ?? running ?? Promise.resolve(),
    get failure() {
      return failure;
    },
    // Pages that could not be written may have been dropped from memory since, and what the disk has instead be read.
    isIntact: () => writtenHash !== undefined && hashOf(descriptor) === writtenHash,
    forgive() {
      failure = undefined;
      running = undefined;
    },
    async close() {
      await (next ?? running)?.catch(() => {});
      closeSync(descriptor);
    },
  };
}

/** Undefined if it cannot be read. */
function hashOf(descriptor: number): string | undefined {
  const buffer = new Uint8Array(1024 * 1024);
  const hash = createHash('sha256');
  try {
    const { size } = fstatSync(descriptor);
    for (let position = 0; position < size; ) {
      const count = readSync(descriptor, buffer, 0, buffer.byteLength, position);
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      position += count;
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
