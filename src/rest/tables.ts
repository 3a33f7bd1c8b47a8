import { sql } from 'kysely';
import type { Migration } from '../db/index.ts';

export interface RestTables {
  /** Answers to creates, for who asks again with the same key. */
  idempotency_answer: {
    /** SHA-256 of who asked and of the key, in hexadecimal. The key itself is not stored: it opens `answer`. */
    key_hash: string;
    salt: Uint8Array;
    /** Encrypted: what was asked (as a hash) and what was answered, secrets shown once among it. */
    answer: Uint8Array;
    /** Milliseconds since the Unix epoch. */
    expires_at: number;
  };
}

export const restMigrations: readonly Migration[] = [
  {
    name: 'rest-001-idempotency',
    async up(db) {
      await sql`CREATE TABLE idempotency_answer (
        key_hash TEXT PRIMARY KEY, salt BLOB NOT NULL, answer BLOB NOT NULL, expires_at INTEGER NOT NULL
      ) WITHOUT ROWID`.execute(db);
      await sql`CREATE INDEX idempotency_answer_expires ON idempotency_answer (expires_at)`.execute(db);
    },
  },
];
