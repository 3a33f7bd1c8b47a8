import type { StatementResult } from './connection.ts';
import type { SqliteWriter } from './writer.ts';

/**
 * Puts transactions that wait for each other into one SQLite transaction, each inside its own savepoint, so that
 * they share one commit and thus one wait for the disk. A transaction's `commit` resolves only when that shared
 * commit is durable; if the commit fails, all that share it fail.
 */
export interface GroupCommit {
  begin(): Promise<void>;
  execute(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Bounds how long the first of a group waits for the last. */
const TRANSACTIONS_PER_COMMIT = 64;

interface Settler {
  resolve(): void;
  reject(error: unknown): void;
}

export function createGroupCommit(writer: SqliteWriter): GroupCommit {
  const queue: (() => void)[] = [];
  let busy = false;
  let group: Settler[] = [];

  const acquire = () =>
    new Promise<void>((resolve) => {
      if (busy) queue.push(resolve);
      else {
        busy = true;
        resolve();
      }
    });
  const passOn = () => {
    const next = queue.shift();
    if (next) next();
    else busy = false;
  };

  /** Resolves when all that was put into the group so far is durable. */
  const joinGroup = () => {
    const durable = new Promise<void>((resolve, reject) => group.push({ resolve, reject }));
    // Heard later. Until then nobody listens, and an unheard rejection would end the process.
    durable.catch(() => {});
    return durable;
  };

  const failGroup = (error: unknown) => {
    const failed = group;
    group = [];
    for (const member of failed) member.reject(error);
  };

  /** Ends the SQLite transaction if nobody waits to join it. The caller still holds the connection. */
  const settle = async () => {
    if (queue.length > 0 && group.length < TRANSACTIONS_PER_COMMIT) return;
    const done = group;
    group = [];
    try {
      await writer.execute('COMMIT');
      for (const member of done) member.resolve();
    } catch (error) {
      for (const member of done) member.reject(error);
      if (writer.inTransaction) await writer.execute('ROLLBACK').catch(() => {});
    }
  };

  return {
    async begin() {
      await acquire();
      try {
        if (!writer.inTransaction) await writer.execute('BEGIN IMMEDIATE');
        await writer.execute('SAVEPOINT member');
      } catch (error) {
        failGroup(error);
        if (writer.inTransaction) await writer.execute('ROLLBACK').catch(() => {});
        passOn();
        throw error;
      }
    },

    async execute(sql, parameters) {
      // Once SQLite gave up the transaction, statements would take effect one by one.
      if (!writer.inTransaction) throw new Error('The transaction has ended: an earlier statement failed.');
      try {
        return await writer.execute(sql, parameters);
      } catch (error) {
        // SQLite gave up the whole transaction (full disk, I/O error): what others had put into it is gone too.
        if (!writer.inTransaction) failGroup(error);
        throw error;
      }
    },

    async commit() {
      try {
        await writer.execute('RELEASE member');
      } catch (error) {
        failGroup(error);
        if (writer.inTransaction) await writer.execute('ROLLBACK').catch(() => {});
        passOn();
        throw error;
      }
      const durable = joinGroup();
      await settle();
      passOn();
      return durable;
    },

    async rollback() {
      let seen: Promise<void> | undefined;
      try {
        if (writer.inTransaction) {
          await writer.execute('ROLLBACK TO member');
          await writer.execute('RELEASE member');
          // Its refusal may rest on what others put into the group ("not there": somebody is just deleting it). Told
          // before that is committed, a client could still read what it was told is gone.
          if (group.length > 0) seen = joinGroup();
          await settle();
        }
      } catch (error) {
        failGroup(error);
        if (writer.inTransaction) await writer.execute('ROLLBACK').catch(() => {});
      } finally {
        passOn();
      }
      await seen;
    },
  };
}
