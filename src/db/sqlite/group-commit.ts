import type { StatementResult } from './connection.ts';
import type { SqliteWriter } from './writer.ts';

/**
 * Puts transactions that wait for each other into one SQLite transaction, each inside its own savepoint, so that
 * they share one commit and thus one wait for the disk. A transaction's `commit` resolves only when that shared
 * commit is durable; if the commit fails, all that share it fail.
 */
export interface GroupCommit {
  /** Resolves when it is this transaction's turn. */
  begin(): Promise<Member>;
}

/** One of the transactions. What it did not wait for is sent along with what comes next. */
export interface Member {
  execute(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Bounds how long the first of a group waits for the last. */
const TRANSACTIONS_PER_COMMIT = 64;

const BEGIN = { sql: 'BEGIN IMMEDIATE' };
const COMMIT = { sql: 'COMMIT' };
const ROLLBACK = { sql: 'ROLLBACK' };
const MARK = { sql: 'SAVEPOINT member' };
const KEEP = { sql: 'RELEASE member' };
const TAKE_BACK = { sql: 'ROLLBACK TO member' };

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

  const giveUp = async (error: unknown) => {
    failGroup(error);
    // If it fails too, the next BEGIN says so: those who were in it know already that nothing was kept.
    if (writer.inTransaction) await writer.run([ROLLBACK], { inside: true }).catch(() => {});
  };

  /** After the last statements of a member: ends the SQLite transaction if nobody waits to join it. */
  const settle = async (last: readonly { sql: string }[]) => {
    const isEnd = queue.length === 0 || group.length >= TRANSACTIONS_PER_COMMIT;
    await writer.run(isEnd ? [...last, COMMIT] : last, { inside: true });
    if (!isEnd) return;
    const done = group;
    group = [];
    for (const member of done) member.resolve();
  };

  return {
    async begin() {
      await acquire();
      const inside = writer.inTransaction;
      const begun = writer.run(inside ? [MARK] : [BEGIN, MARK], { inside });
      // Heard by the first that depends on it.
      begun.catch(() => {});
      let isOver = false;

      return {
        async execute(sql, parameters) {
          // By then somebody else has the connection.
          if (isOver) throw new Error('The transaction is over: a statement was not waited for.');
          try {
            const [result] = await writer.run([{ sql, parameters }], { inside: true });
            return result as StatementResult;
          } catch (error) {
            await begun;
            // SQLite gave up the whole transaction (full disk, I/O error): what others had put into it is gone too.
            if (!writer.inTransaction) failGroup(error);
            throw error;
          }
        },

        async commit() {
          isOver = true;
          const durable = joinGroup();
          try {
            await begun;
            await settle([KEEP]);
          } catch (error) {
            await giveUp(error);
          }
          passOn();
          return durable;
        },

        async rollback() {
          isOver = true;
          let seen: Promise<void> | undefined;
          try {
            await begun;
            if (writer.inTransaction) {
              // Its refusal may rest on what others put into the group ("not there": somebody is just deleting it).
              // Told before that is committed, a client could still read what it was told is gone.
              if (group.length > 0) seen = joinGroup();
              await settle([TAKE_BACK, KEEP]);
            }
          } catch (error) {
            await giveUp(error);
          } finally {
            passOn();
          }
          await seen;
        },
      };
    },
  };
}
