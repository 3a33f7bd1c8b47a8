import { fdatasync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, sql } from 'kysely';
import type { Database, Migration } from '../database.ts';
import { DbError } from '../db-error.ts';
import { migrate } from '../migrate.ts';
import { createCheckpoints } from './checkpoints.ts';
import { openSqliteConnection } from './connection.ts';
import { openReads, writeDialect } from './dialect.ts';
import { keepCopyBeforeMigrating } from './keep-copy.ts';
import { createLogSync } from './log-sync.ts';
import { makeFolder, syncPath } from './make-folder.ts';
import { damaged, toDbError } from './sqlite-error.ts';
import { createTransactions, type Transactions } from './transactions.ts';

/**
 * Opens (or makes) an SQLite database in WAL mode and brings its schema up to date; with `shared`, for use beside a
 * server that may be running, the schema has to be that of this program already. Before the schema changes, a copy is
 * kept beside it (`<file>.before-<first step>`).
 * Reads and writes run in this thread, each on a connection of its own; commits are synced off it, and checkpoints run in
 * a thread that is there while they are needed.
 * Throws `DbError`.
 */
export async function openSqlite<Tables>(options: {
  file: string;
  migrations: readonly Migration[];
  shared?: boolean;
}): Promise<Database<Tables>> {
  const { file, migrations, shared = false } = options;
  await makeFolder(dirname(file));
  try {
    if (!shared) await keepCopyBeforeMigrating(file, migrations);
    const transactions = await openTransactions(file, { shared });
    try {
      const writes = new Kysely<Tables>({ dialect: writeDialect(transactions, file) });
      await migrate(writes, migrations, { shared }).catch((error: unknown) => {
        const known = toDbError(error, file);
        // Steps that do not fit what is there: the list of those that were done is not true any more.
        throw known instanceof DbError ? known : damaged(file, String(error), error);
      });
      // Opened last: a read-only connection cannot make the files that WAL mode needs.
      const connection = openSqliteConnection({ file, readOnly: true });
      const reads = openReads<Tables>(connection, file);
      let closed = false;
      const close = async () => {
        if (closed) return;
        closed = true;
        connection.close();
        await transactions.close();
      };
      return {
        reads,
        transaction: (work) => writes.transaction().execute(work),
        durable: () => transactions.settled(),
        async assertSound() {
          const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check(1)`.execute(reads);
          const found = rows[0]?.integrity_check;
          if (found !== 'ok') throw damaged(file, found ?? 'no answer');
        },
        close,
        [Symbol.asyncDispose]: close,
      };
    } catch (error) {
      await transactions.close();
      throw error;
    }
  } catch (error) {
    throw toDbError(error, file);
  }
}

async function openTransactions(file: string, { shared }: { shared: boolean }): Promise<Transactions> {
  const connection = openSqliteConnection({ file, readOnly: false });
  try {
    // What a process before this one left in the log may not be on the disk, though its sync, which failed, is forgotten
    // and the next would succeed: it is written afresh. Also makes the log, if there is none.
    connection.execute(`PRAGMA wal_checkpoint(${shared ? 'NOOP' : 'TRUNCATE'})`, []);
    // SQLite syncs the log's own entry only when the connection that made it is the first to write to it.
    await syncPath(dirname(file));
    const log = createLogSync({ file, syncFile: fdatasync });
    return createTransactions({ file, connection, log, checkpoints: createCheckpoints(file) });
  } catch (error) {
    connection.close();
    throw error;
  }
}
