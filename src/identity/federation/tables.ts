import { sql } from 'kysely';
import type { Migration } from '../../db/index.ts';

/** Times are milliseconds since the Unix epoch. */
export interface FederationTables {
  /** Whom an organisation lets in for a token of somebody else: a job of a CI, a pod of a cluster. */
  federation_rule: {
    /** UUID. */
    id: string;
    organisation_id: number;
    /** Within the organisation. */
    name: string;
    issuer: string;
    audience: string;
    /** JSON object: claim → pattern of its value. */
    claims: string;
    /** JSON arrays, as of an access token: of `pull`, `push`, `delete`; of patterns of repository names. */
    actions: string;
    repositories: string;
    token_lifetime_ms: number;
    created_at: number;
    created_by: number | null;
  };
}

export const federationMigrations: readonly Migration[] = [
  {
    name: 'identity-202-federation',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE federation_rule (
          id TEXT PRIMARY KEY, organisation_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
          name TEXT NOT NULL, issuer TEXT NOT NULL, audience TEXT NOT NULL, claims TEXT NOT NULL,
          actions TEXT NOT NULL, repositories TEXT NOT NULL, token_lifetime_ms INTEGER NOT NULL,
          created_at INTEGER NOT NULL, created_by INTEGER,
          UNIQUE (organisation_id, name)) WITHOUT ROWID`,
        sql`CREATE INDEX federation_rule_issuer ON federation_rule (issuer, id)`,
      ]) {
        await statement.execute(db);
      }
    },
  },
];
