import type { CompiledQuery, Kysely } from 'kysely';
import type { NowOrLater } from '../kernel/index.ts';

type ReadNow = (sql: string, parameters: readonly unknown[]) => readonly object[];

const synchronousReads = new WeakMap<object, ReadNow>();

/** Says that `db` can read without waiting, and how: then its prepared queries cost no promise. */
export function readsAtOnce<Tables>(db: Kysely<Tables>, read: ReadNow): void {
  synchronousReads.set(db, read);
}

/** Stands in a query for a value that is given later. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is built and compiled to SQL once for each database, and then only run: on the path of a pull, building
 * it takes longer than running it. `build` gets its parameters as things that it may pass on as values and do nothing
 * else with. Gives the rows at once where the database reads in this thread (see `readsAtOnce`).
 */
export function prepare<Tables, Parameters extends object, Row>(
  build: (db: Kysely<Tables>, parameters: Parameters) => { compile(): CompiledQuery<Row> },
): (db: Kysely<Tables>, parameters: Parameters) => NowOrLater<Row[]> {
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Parameters;
  // All transactions of a database share its adapter; what is compiled holds nothing of theirs.
  const compiled = new WeakMap<object, CompiledQuery<Row>>();
  return (db, parameters) => {
    const { adapter } = db.getExecutor();
    let query = compiled.get(adapter);
    if (!query) {
      query = build(db, placeholders).compile();
      compiled.set(adapter, query);
    }
    const given = parameters as Record<string, unknown>;
    const values = query.parameters.map((value) =>
      value instanceof Placeholder ? given[value.name] : value,
    );
    const readNow = synchronousReads.get(db);
    if (readNow) return readNow(query.sql, values) as Row[];
    return db.executeQuery<Row>({ ...query, parameters: values }).then(({ rows }) => rows);
  };
}
