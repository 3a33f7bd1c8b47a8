import { DbError } from '../db-error.ts';

/** SQLite primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

/**
 * Maps what `node:sqlite` throws. Constraint violations and errors in our own SQL stay as they are: they are ours
 * to handle or to fix, not a state of the disk.
 */
export function toDbError(error: unknown, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const { errcode, code } = error as Error & { errcode?: number; code?: string };
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return error;
  const primary = primaryOf(error);
  // Of a full-text index, this is said with the code of a mistake in the statement.
  if (/^(invalid fts5 file format|vtable constructor failed)/.test(error.message)) {
    return damaged(file, error.message, error);
  }
  if (primary === SQLITE_ERROR || primary === SQLITE_CONSTRAINT) return error;
  if (primary === SQLITE_FULL) {
    return new DbError('database-full', `No space left for the database ${file}. Free some and try again.`, {
      cause: error,
    });
  }
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) {
    return damaged(file, error.message, error);
  }
  return new DbError(
    'database-unavailable',
    `The database ${file} cannot be used now: ${error.message}.${adviceOn(error)}`,
    { cause: error },
  );
}

/** What to look at, as a sentence after others; empty where there is nothing to say. */
export function adviceOn(error: unknown): string {
  const primary = primaryOf(error);
  // Without a folder that it can write to, SQLite cannot even read: it makes files of its own beside the database.
  if (primary !== SQLITE_CANTOPEN && primary !== SQLITE_READONLY) return '';
  return ' It or its folder cannot be written: check its owner, and that its file system is not mounted read-only.';
}

/** Another process or thread has the database to itself for the moment. */
export function isBusy(error: unknown): boolean {
  return primaryOf(error) === SQLITE_BUSY;
}

function primaryOf(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

export function damaged(file: string, found: string, cause?: unknown): DbError {
  // SQLite says CORRUPT also where the disk failed to read (SQLITE_IOERR_CORRUPTFS).
  return new DbError(
    'database-corrupt',
    `The database ${file} is damaged or its disk cannot be read (${found}). See the kernel log for errors of the disk; if there are none, stop the server and run: lading rebuild`,
    { cause },
  );
}
