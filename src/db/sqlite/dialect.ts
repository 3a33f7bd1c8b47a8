import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { readsAtOnce } from '../prepare.ts';
import type { SqliteConnection, StatementResult } from './connection.ts';
import type { GroupCommit } from './group-commit.ts';
import { toDbError } from './sqlite-error.ts';

type Execute = (sql: string, parameters: readonly unknown[]) => StatementResult | Promise<StatementResult>;

function toConnection(execute: Execute, file: string): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      try {
        const { rows, changes } = await execute(query.sql, query.parameters);
        return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
      } catch (error) {
        throw toDbError(error, file);
      }
    },
    // biome-ignore lint/correctness/useYield: SQLite answers at once; long lists are read in pages instead
    async *streamQuery() {
      throw new Error('Streaming is not offered: read in pages.');
    },
  };
}

function toDialect(driver: Driver): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Kysely over a connection in this thread, without transactions: each statement stands alone. */
export function openReads<Tables>(connection: SqliteConnection, file: string): Kysely<Tables> {
  const shared = toConnection(connection.execute, file);
  const refuse = async () => {
    throw new Error('This connection only reads: use Database.transaction.');
  };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => shared,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => {},
  };
  const dialect = toDialect(driver);
  const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
    provideConnection: (consumer) => consumer(shared),
  });
  // Kysely would lend the one connection to each statement and take it back, over many promises: 5 µs of CPU.
  executor.executeQuery = (query) => shared.executeQuery(query);
  const reads = new Kysely<Tables>({ config: { dialect }, dialect, driver, executor });
  readsAtOnce(reads, (statement, parameters) => {
    try {
      return connection.execute(statement, parameters).rows;
    } catch (error) {
      throw toDbError(error, file);
    }
  });
  return reads;
}

/** Kysely over the writing connection. Every statement belongs to a transaction. */
export function writeDialect(group: GroupCommit, file: string): Dialect {
  // Kysely asks for a rollback after a commit that failed, too. By then the transaction is over and somebody else
  // has the connection: the rollback would be theirs.
  const begun = new WeakSet<DatabaseConnection>();
  const mapped = async (step: Promise<void>) => {
    try {
      await step;
    } catch (error) {
      throw toDbError(error, file);
    }
  };
  return toDialect({
    init: async () => {},
    // A connection of its own for each transaction, to tell them apart.
    acquireConnection: async () => toConnection(group.execute, file),
    async beginTransaction(connection) {
      await mapped(group.begin());
      begun.add(connection);
    },
    commitTransaction(connection) {
      begun.delete(connection);
      return mapped(group.commit());
    },
    async rollbackTransaction(connection) {
      if (begun.delete(connection)) await mapped(group.rollback());
    },
    releaseConnection: async () => {},
    destroy: async () => {},
  });
}
