import { CodedError } from '../kernel/index.ts';

/**
 * - `database-full`: no space left for the database
 * - `database-unavailable`: any other failure to read or write it now (read-only, I/O error, locked for too long)
 * - `database-corrupt`: the file is not a sound database; `lading rebuild` makes a new one from the tree
 * - `database-newer`: written by a newer program than this one
 * - `database-older`: an older program wrote it, and may be using it now
 * - `root-in-use`: another process serves this root
 */
export type DbErrorCode =
  | 'database-full'
  | 'database-unavailable'
  | 'database-corrupt'
  | 'database-newer'
  | 'database-older'
  | 'root-in-use';

export class DbError extends CodedError<DbErrorCode> {}
