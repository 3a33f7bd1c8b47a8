import { sql } from 'kysely';
import type { Migration } from '../../db/index.ts';
import type { Actor } from '../../http/index.ts';

/** Times are milliseconds since the Unix epoch. */
export interface TokenServiceTables {
  signing_key: {
    /** RFC 7638 thumbprint. */
    kid: string;
    /** PEM of PKCS 8: the database is readable by its owner only. */
    private_key: string;
    created_at: number;
    /** When another key took over; null for the one that signs. */
    retired_at: number | null;
  };
  /** What a device keeps after `docker login` in place of the password. */
  refresh_token: {
    /** UUID. */
    id: string;
    /** SHA-256, hexadecimal. */
    secret_hash: string;
    account_id: number;
    /** What was shown to get it: it is worth as much as that. */
    credential_kind: Actor['credential']['kind'];
    credential_id: string | null;
    authenticated_at: number;
    client_id: string | null;
    created_at: number;
    created_from: string;
    last_used_at: number;
    last_used_from: string;
    expires_at: number;
  };
}

export const tokenServiceMigrations: readonly Migration[] = [
  {
    name: 'identity-101-token-service',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE signing_key (
          kid TEXT PRIMARY KEY, private_key TEXT NOT NULL, created_at INTEGER NOT NULL, retired_at INTEGER)`,
        sql`CREATE TABLE refresh_token (
          id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL UNIQUE, account_id INTEGER NOT NULL,
          credential_kind TEXT NOT NULL, credential_id TEXT, authenticated_at INTEGER NOT NULL, client_id TEXT,
          created_at INTEGER NOT NULL, created_from TEXT NOT NULL,
          last_used_at INTEGER NOT NULL, last_used_from TEXT NOT NULL, expires_at INTEGER NOT NULL)`,
        sql`CREATE INDEX refresh_token_account ON refresh_token (account_id, last_used_at)`,
        sql`CREATE INDEX refresh_token_expiry ON refresh_token (expires_at)`,
      ]) {
        await statement.execute(db);
      }
    },
  },
];
