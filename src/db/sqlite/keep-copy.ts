import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Migration } from '../database.ts';
import { syncPath } from './make-folder.ts';

/**
 * Before the schema of a database that holds facts is changed: copies it beside itself, complete and synced when this
 * resolves. Answers the copy's path, or undefined when there is nothing to change or nothing to lose. A copy from an
 * earlier try is kept: it is the older one. Blocks this thread; nobody else may write. What is wrong with the database
 * is left to whoever opens it next.
 */
export async function keepCopyBeforeMigrating(
  file: string,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  const due = findFirstDue(file, migrations);
  if (due === undefined) return undefined;
  const copy = `${file}.before-${due}`;
  if (await exists(copy)) return copy;
  const partial = `${copy}.partial`;
  await rm(partial, { force: true });
  const db = new DatabaseSync(file);
  try {
    db.prepare('VACUUM INTO ?').run(partial);
  } finally {
    db.close();
  }
  await syncPath(partial);
  await rename(partial, copy);
  await syncPath(dirname(copy));
  return copy;
}

function findFirstDue(file: string, migrations: readonly Migration[]): string | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    const done = new Set(
      db
        .prepare('SELECT name FROM schema_migration')
        .all()
        .map((row) => row.name),
    );
    if (done.size === 0) return undefined;
    return migrations
      .map(({ name }) => name)
      .filter((name) => !done.has(name))
      .sort()[0];
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
