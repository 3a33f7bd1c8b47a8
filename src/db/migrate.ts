import { type Kysely, sql } from 'kysely';
import type { Database, Migration } from './database.ts';
import { DbError } from './db-error.ts';

interface MigrationTables {
  schema_migration: { name: string };
}

/**
 * Runs the steps that this database has not seen, all in one transaction: either the schema is up to date
 * afterwards or nothing changed. Throws `database-newer` when the database knows steps that this program does not, and
 * `database-older` instead of running any when others may be using it.
 */
export async function migrate<Tables>(
  transaction: Database<Tables>['transaction'],
  migrations: readonly Migration[],
  options: { shared: boolean },
): Promise<void> {
  await transaction(async (outer) => {
    const trx = outer as unknown as Kysely<MigrationTables>;
    await sql`CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY)`.execute(trx);
    const done = new Set(
      (await trx.selectFrom('schema_migration').select('name').execute()).map((row) => row.name),
    );
    const known = new Set(migrations.map((migration) => migration.name));
    const unknown = [...done].filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new DbError(
        'database-newer',
        `The database was written by a newer Lading (it has ${unknown.join(', ')}). Run that version or a later one, or make the database anew from the blob tree: lading rebuild`,
      );
    }
    const due = migrations.filter((migration) => !done.has(migration.name));
    if (options.shared && due.length > 0) {
      throw new DbError(
        'database-older',
        'The database was written by an older Lading. Start this version of `lading serve` on it once.',
      );
    }
    for (const migration of due.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      await migration.up(trx);
      await trx.insertInto('schema_migration').values({ name: migration.name }).execute();
    }
  });
}
