import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DbError } from '../db-error.ts';
import { makeFolder } from './make-folder.ts';
import { adviceOn, isBusy } from './sqlite-error.ts';

/**
 * Holds `file` for this process alone until `release` or the end of the process, `kill -9` included: Node offers
 * no file locks, SQLite's are the operating system's. Throws `root-in-use` if another process holds it,
 * `database-unavailable` if there cannot be such a file.
 */
export async function acquireRootLock(file: string): Promise<{ release(): void }> {
  await makeFolder(dirname(file));
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    // A rollback journal in memory: an exclusive transaction that is never committed leaves no file behind.
    db.exec('PRAGMA journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    throw isBusy(error)
      ? new DbError('root-in-use', `Another lading process uses ${dirname(dirname(file))}. Stop it first.`)
      : new DbError(
          'database-unavailable',
          `Cannot lock ${file}: ${(error as Error).message}.${adviceOn(error)}`,
          {
            cause: error,
          },
        );
  }
  let held = true;
  return {
    release() {
      if (held) db?.close();
      held = false;
    },
  };
}
