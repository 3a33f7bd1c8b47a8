import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** What a statement gave: its rows, or how many rows it changed. */
export interface StatementResult {
  readonly rows: Record<string, unknown>[];
  readonly changes: number;
}

export interface SqliteConnection {
  execute(sql: string, parameters: readonly unknown[]): StatementResult;
  readonly inTransaction: boolean;
  close(): void;
}

/** Statements with lists of varying length would fill memory; the least recently used are dropped. */
const PREPARED_STATEMENTS = 256;

export interface SqliteConnectionOptions {
  readonly file: string;
  readonly readOnly: boolean;
}

/** Opens one connection in the calling thread. It blocks that thread while a statement runs. */
export function openSqliteConnection({ file, readOnly }: SqliteConnectionOptions): SqliteConnection {
  const db = new DatabaseSync(file, { readOnly });
  db.exec('PRAGMA busy_timeout = 10000');
  if (!readOnly) {
    db.exec('PRAGMA journal_mode = WAL');
    // FULL syncs the log on each commit: without it power loss takes back an acknowledged push.
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA foreign_keys = ON');
    // Keeps the log file from staying large after one big transaction.
    db.exec('PRAGMA journal_size_limit = 67108864');
  }
  db.exec('PRAGMA cache_size = -16384');
  const prepared = new Map<string, { statement: StatementSync; returnsRows: boolean }>();

  const prepare = (sql: string) => {
    let entry = prepared.get(sql);
    if (entry) {
      prepared.delete(sql);
    } else {
      const statement = db.prepare(sql);
      entry = { statement, returnsRows: statement.columns().length > 0 };
      // Also the id of the last row is asked for, and those of FTS5's own tables are beyond what a number holds.
      if (!entry.returnsRows) statement.setReadBigInts(true);
      if (prepared.size >= PREPARED_STATEMENTS) {
        const oldest = prepared.keys().next();
        if (!oldest.done) prepared.delete(oldest.value);
      }
    }
    prepared.set(sql, entry);
    return entry;
  };

  return {
    execute(sql, parameters) {
      const { statement, returnsRows } = prepare(sql);
      const values = parameters as SQLInputValue[];
      if (returnsRows) return { rows: statement.all(...values), changes: 0 };
      return { rows: [], changes: Number(statement.run(...values).changes) };
    },
    get inTransaction() {
      return db.isTransaction;
    },
    close: () => db.close(),
  };
}
