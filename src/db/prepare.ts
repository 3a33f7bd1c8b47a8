import type { CompiledQuery, Kysely } from 'kysely';

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
 * else with.
 */
export function prepare<Tables, Parameters extends object, Row>(
  build: (db: Kysely<Tables>, parameters: Parameters) => { compile(): CompiledQuery<Row> },
): (db: Kysely<Tables>, parameters: Parameters) => Promise<Row[]> {
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Parameters;
  // A transaction is a database of its own here, and compiles what it uses.
  const compiled = new WeakMap<Kysely<Tables>, CompiledQuery<Row>>();
  return async (db, parameters) => {
    let query = compiled.get(db);
    if (!query) {
      query = build(db, placeholders).compile();
      compiled.set(db, query);
    }
    const given = parameters as Record<string, unknown>;
    const values = query.parameters.map((value) =>
      value instanceof Placeholder ? given[value.name] : value,
    );
    return (await db.executeQuery<Row>({ ...query, parameters: values })).rows;
  };
}
