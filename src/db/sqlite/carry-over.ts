import { DatabaseSync } from 'node:sqlite';

export interface CarriedOver {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** What could not be read to its end; rows before the damage are there. */
  readonly lost: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Copies rows of the database `from`, perhaps damaged, into the tables of the same names in `to`, which are empty:
 * those facts that no file beside the database holds (accounts, roles, tokens, the audit log). Both have to be closed
 * elsewhere. Tables in `except`, virtual tables and what `from` does not have are left alone; columns are matched by
 * name. Blocks this thread. Throws when `from` is no database at all.
 */
export function carryOver(options: { from: string; to: string; except: readonly string[] }): CarriedOver {
  const tables: { name: string; rows: number }[] = [];
  const lost: { name: string; reason: string }[] = [];
  const to = new DatabaseSync(options.to, { enableForeignKeyConstraints: false });
  const from = new DatabaseSync(options.from);
  try {
    to.exec('PRAGMA synchronous = FULL');
    from.prepare('SELECT count(*) FROM sqlite_schema').get();
    for (const name of ordinaryTables(to)) {
      if (options.except.includes(name)) continue;
      try {
        tables.push({ name, rows: copyTable({ from, to, name }) });
      } catch (error) {
        lost.push({ name, reason: String(error) });
      }
    }
  } finally {
    from.close();
    to.close();
  }
  return { tables, lost };
}

function copyTable({ from, to, name }: { from: DatabaseSync; to: DatabaseSync; name: string }): number {
  const had = new Set(columnsOf(from, name));
  if (had.size === 0) return 0;
  const columns = columnsOf(to, name).filter((column) => had.has(column));
  const list = columns.map(quote).join(', ');
  const insert = to.prepare(
    `INSERT OR REPLACE INTO ${quote(name)} (${list}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const select = from.prepare(`SELECT ${list} FROM ${quote(name)}`);
  select.setReadBigInts(true);
  let rows = 0;
  to.exec('BEGIN');
  try {
    for (const row of select.iterate()) {
      insert.run(...columns.map((column) => row[column] ?? null));
      rows += 1;
    }
  } finally {
    // Also after an error: rows before the damage are worth having.
    to.exec('COMMIT');
  }
  return rows;
}

/** Neither virtual ones nor the tables that those keep their content in. */
function ordinaryTables(db: DatabaseSync): string[] {
  return db
    .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name`)
    .all()
    .map((row) => String(row.name))
    .filter((name) => !name.startsWith('sqlite_'));
}

function columnsOf(db: DatabaseSync, table: string): string[] {
  return db
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map((row) => String(row.name));
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
