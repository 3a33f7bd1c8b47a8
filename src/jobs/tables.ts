import { sql } from 'kysely';
import type { Migration } from '../db/index.ts';

/** Times are milliseconds since the Unix epoch. */
export interface JobTables {
  /** The outbox: what happened and is not yet delivered to every subscriber. */
  event: {
    id: number;
    /** JSON of a `RegistryEvent`. */
    body: string;
  };
  /** How far each subscriber has come: it has dealt with every event up to `position`. */
  event_cursor: {
    subscriber: string;
    position: number;
  };
}

export const jobMigrations: readonly Migration[] = [
  {
    name: 'jobs-001-events',
    async up(db) {
      // Not AUTOINCREMENT, which writes a second table at each insert: the newest row is never pruned instead, so no
      // id is given twice.
      await sql`CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT NOT NULL)`.execute(db);
      await sql`CREATE TABLE event_cursor (
        subscriber TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID`.execute(db);
    },
  },
];
