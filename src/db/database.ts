import type { Kysely, Transaction } from 'kysely';

/**
 * Facts. Statements of `reads` see all that was committed before they began and never wait for a writer.
 * The dialect behind it is chosen in `app/`; owners of tables write against `Kysely<TheirTables>` only.
 */
export interface Database<Tables> extends AsyncDisposable {
  readonly reads: Kysely<Tables>;

  /**
   * Runs `work` in one transaction and commits. When it resolves, the commit is durable (survives power loss).
   * If `work` throws, nothing of it remains and the error is rethrown. Transactions run one after the other:
   * never wait for the network inside one.
   */
  transaction<Result>(work: (trx: Transaction<Tables>) => Promise<Result>): Promise<Result>;

  /** Reads the whole of it and throws `DbError` database-corrupt when it contradicts itself. Blocks this thread. */
  assertSound(): Promise<void>;

  close(): Promise<void>;
}

/** One step of the schema. Steps run in the order of their names and are never edited once released. */
export interface Migration {
  /** Sorts by age: `distribution-001-repositories`. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a migration is written against the schema of its own day
  up(db: Kysely<any>): Promise<void>;
}
