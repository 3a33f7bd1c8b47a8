export type { Database, Migration } from './database.ts';
export { DbError, type DbErrorCode } from './db-error.ts';
export { prepare } from './prepare.ts';
export { type CarriedOver, carryOver } from './sqlite/carry-over.ts';
export { openSqlite } from './sqlite/open-sqlite.ts';
export { acquireRootLock } from './sqlite/root-lock.ts';
