import { sql } from 'kysely';
import type { Migration } from '../../db/index.ts';

/** Times are milliseconds since the Unix epoch. */
export interface OidcTables {
  /** Which account somebody whom a provider knows is. A subject is only one of its issuer's. */
  oidc_identity: {
    issuer: string;
    subject: string;
    account_id: number;
    created_at: number;
    last_login_at: number;
  };
}

export const oidcMigrations: readonly Migration[] = [
  {
    name: 'identity-201-oidc',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE oidc_identity (
          issuer TEXT NOT NULL, subject TEXT NOT NULL,
          account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
          created_at INTEGER NOT NULL, last_login_at INTEGER NOT NULL,
          PRIMARY KEY (issuer, subject)) WITHOUT ROWID`,
        sql`CREATE INDEX oidc_identity_account ON oidc_identity (account_id)`,
      ]) {
        await statement.execute(db);
      }
    },
  },
];
