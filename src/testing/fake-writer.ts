import type { SqliteWriter } from '../db/sqlite/writer.ts';

/** An SQLite that knows transactions, one savepoint and `INSERT <text>`, and fails where a test says. */
export interface FakeWriter extends SqliteWriter {
  readonly committed: readonly string[];
  readonly commits: number;
  /** What SQLite would have refused, or what happened outside of a transaction. */
  readonly misuses: readonly string[];
  /** The next time `sql` is asked for, it fails with `message`. */
  fail(sql: string, message: string, options?: { keepsTransaction: boolean }): void;
  /** Runs `action` when `sql` has been asked for and is not answered yet. */
  whenAsked(sql: string, action: () => void): Promise<void>;
}

export function createFakeWriter(): FakeWriter {
  const committed: string[] = [];
  const misuses: string[] = [];
  const failures = new Map<string, { message: string; keepsTransaction: boolean }>();
  const watchers = new Map<string, () => void>();
  let commits = 0;
  let open: string[] | undefined;
  let savepoint: number | undefined;

  const apply = (sql: string): void => {
    const failure = failures.get(sql);
    if (failure) {
      failures.delete(sql);
      if (!failure.keepsTransaction) open = savepoint = undefined;
      throw new Error(failure.message);
    }
    const isAllowed =
      sql === 'BEGIN IMMEDIATE'
        ? !open
        : sql.includes('member') && !sql.startsWith('SAVEPOINT')
          ? savepoint !== undefined
          : open;
    if (!isAllowed || (sql === 'SAVEPOINT member' && savepoint !== undefined)) {
      misuses.push(sql);
      throw new Error(`${sql} is not possible now`);
    }
    if (sql === 'BEGIN IMMEDIATE') open = [];
    else if (sql === 'SAVEPOINT member') savepoint = open?.length;
    else if (sql === 'ROLLBACK TO member') open?.splice(savepoint ?? 0);
    else if (sql === 'RELEASE member') savepoint = undefined;
    else if (sql === 'COMMIT') {
      committed.push(...(open ?? []));
      commits += 1;
      open = savepoint = undefined;
    } else if (sql === 'ROLLBACK') open = savepoint = undefined;
    else open?.push(sql.replace(/^INSERT '?([^']*)'?$/, '$1'));
  };

  return {
    committed,
    misuses,
    get commits() {
      return commits;
    },
    get inTransaction() {
      return open !== undefined;
    },
    async run(statements, { inside }) {
      for (const { sql } of statements) {
        watchers.get(sql)?.();
        watchers.delete(sql);
      }
      // As from another thread: the answer comes a turn later.
      await new Promise((resolve) => setImmediate(resolve));
      for (const { sql } of statements) {
        if (inside && open === undefined) throw new Error('The transaction has ended.');
        apply(sql.replace(/^INSERT '(.*)'$/, 'INSERT $1'));
      }
      return statements.map(() => ({ rows: [], changes: 0 }));
    },
    fail(sql, message, { keepsTransaction } = { keepsTransaction: true }) {
      failures.set(sql, { message, keepsTransaction });
    },
    whenAsked: (sql, action) =>
      new Promise((resolve) => {
        watchers.set(sql, () => {
          action();
          resolve();
        });
      }),
    async close() {},
  };
}
