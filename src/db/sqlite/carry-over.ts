import { DatabaseSync } from 'node:sqlite';

/** `where` is SQL of the program's own, never of anybody else. */
export interface MissingRows {
  readonly name: string;
  readonly columns: readonly string[];
  readonly where: string;
}

export interface CarriedOver {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** What could not be read to its end; rows before the damage are there. */
  readonly lost: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Copies rows of the database `from`, perhaps damaged, into the tables of the same names in `to`, which are empty:
 * those facts that no file beside the database holds (accounts, roles, tokens, the audit log). Both have to be closed
 * elsewhere. Tables in `except`, virtual tables and what `from` does not have are left alone; columns are matched by
 * name. Of the tables of `missing`, which are in `except` and not empty, come the rows that `where` says and that no
 * unique column has yet. Blocks this thread. Throws when `from` is no database at all.
 */
export function carryOver(options: {
  from: string;
  to: string;
  except: readonly string[];
  missing?: readonly MissingRows[];
}): CarriedOver {
  const tables: { name: string; rows: number }[] = [];
  const lost: { name: string; reason: string }[] = [];
  const to = new DatabaseSync(options.to, { enableForeignKeyConstraints: false });
  const from = new DatabaseSync(options.from);
  try {
    to.exec('PRAGMA synchronous = FULL');
    from.prepare('SELECT count(*) FROM sqlite_schema').get();
    const whole = ordinaryTables(to).filter((name) => !options.except.includes(name));
    for (const source of [...whole.map((name) => ({ name })), ...(options.missing ?? [])]) {
      const { name } = source;
      try {
        tables.push({ name, rows: copyTable({ from, to, source }) });
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

function copyTable(options: {
  from: DatabaseSync;
  to: DatabaseSync;
  source: { readonly name: string } & Partial<MissingRows>;
}): number {
  const { from, to, source } = options;
  const { name, where } = source;
  const had = new Set(columnsOf(from, name));
  if (had.size === 0) return 0;
  const columns = (source.columns ?? columnsOf(to, name)).filter((column) => had.has(column));
  const list = columns.map(quote).join(', ');
  const insert = to.prepare(
    `INSERT OR ${where ? 'IGNORE' : 'REPLACE'} INTO ${quote(name)} (${list}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const select = from.prepare(`SELECT ${list} FROM ${quote(name)}${where ? ` WHERE ${where}` : ''}`);
  select.setReadBigInts(true);
  let rows = 0;
  to.exec('BEGIN');
  try {
    for (const row of select.iterate()) {
      rows += Number(insert.run(...columns.map((column) => row[column] ?? null)).changes);
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
