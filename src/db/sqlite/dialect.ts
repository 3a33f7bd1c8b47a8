import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  type KyselyProps,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  Transaction,
} from 'kysely';
import type { Database } from '../database.ts';
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

const refuse = async () => {
  throw new Error(
    'Transactions begin with Database.transaction only; what is read outside of one only reads.',
  );
};

const driver: Driver = {
  init: async () => {},
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: async () => {},
  destroy: async () => {},
};

const dialect: Dialect = {
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => driver,
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};

/**
 * Gives Kysely one connection for good. Its own providers would lend it to each statement and take it back, over many
 * promises (5 µs of CPU), and in a transaction send no statement before the one before is answered.
 */
function onConnection(
  connection: DatabaseConnection,
  { adapter, compiler } = { adapter: dialect.createAdapter(), compiler: dialect.createQueryCompiler() },
): KyselyProps {
  const executor = new DefaultQueryExecutor(compiler, adapter, {
    provideConnection: (consumer) => consumer(connection),
  });
  executor.executeQuery = (query) => connection.executeQuery(query);
  return { config: { dialect }, dialect, driver, executor };
}

/** Kysely over a connection in this thread, without transactions: each statement stands alone. */
export function openReads<Tables>(connection: SqliteConnection, file: string): Kysely<Tables> {
  const reads = new Kysely<Tables>(onConnection(toConnection(connection.execute, file)));
  readsAtOnce(reads, (statement, parameters) => {
    try {
      return connection.execute(statement, parameters).rows;
    } catch (error) {
      throw toDbError(error, file);
    }
  });
  return reads;
}

/** Kysely over the writing connection, for the time of a transaction. */
export function createTransactions<Tables>(
  group: GroupCommit,
  file: string,
): Database<Tables>['transaction'] {
  const shared = { adapter: dialect.createAdapter(), compiler: dialect.createQueryCompiler() };
  const mapped = async (step: Promise<void>) => {
    try {
      await step;
    } catch (error) {
      throw toDbError(error, file);
    }
  };
  return async (work) => {
    const member = await group.begin();
    const trx = new Transaction<Tables>(onConnection(toConnection(member.execute, file), shared));
    let result: Awaited<ReturnType<typeof work>>;
    try {
      result = await work(trx);
    } catch (error) {
      await mapped(member.rollback());
      throw error;
    }
    await mapped(member.commit());
    return result;
  };
}
