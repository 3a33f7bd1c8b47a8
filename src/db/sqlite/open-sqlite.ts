import { dirname } from 'node:path';
import { sql } from 'kysely';
import type { Database, Migration } from '../database.ts';
import { DbError } from '../db-error.ts';
import { migrate } from '../migrate.ts';
import { openSqliteConnection } from './connection.ts';
import { createTransactions, openReads } from './dialect.ts';
import { createGroupCommit } from './group-commit.ts';
import { keepCopyBeforeMigrating } from './keep-copy.ts';
import { makeFolder } from './make-folder.ts';
import { damaged, toDbError } from './sqlite-error.ts';
import { startSqliteWriter } from './writer.ts';

/**
 * Opens (or makes) an SQLite database in WAL mode and brings its schema up to date; with `shared`, for use beside a
 * server that may be running, the schema has to be that of this program already. Before the schema changes, a copy is
 * kept beside it (`<file>.before-<first step>`).
 * Reads run in this thread; writes in a thread of their own, synced on each commit.
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
    const writer = await startSqliteWriter(file);
    try {
      const transaction = createTransactions<Tables>(createGroupCommit(writer), file);
      await migrate(transaction, migrations, { shared }).catch((error: unknown) => {
        const known = toDbError(error, file);
        // Steps that do not fit what is there: the list of those that were done is not true any more.
        throw known instanceof DbError ? known : damaged(file, String(error), error);
      });
      // Opened after the writer: a read-only connection cannot make the files that WAL mode needs.
      const connection = openSqliteConnection({ file, readOnly: true });
      const reads = openReads<Tables>(connection, file);
      let closed = false;
      const close = async () => {
        if (closed) return;
        closed = true;
        connection.close();
        await writer.close();
      };
      return {
        reads,
        transaction,
        async assertSound() {
          const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check(1)`.execute(reads);
          const found = rows[0]?.integrity_check;
          if (found !== 'ok') throw damaged(file, found ?? 'no answer');
        },
        close,
        [Symbol.asyncDispose]: close,
      };
    } catch (error) {
      await writer.close();
      throw error;
    }
  } catch (error) {
    throw toDbError(error, file);
  }
}
