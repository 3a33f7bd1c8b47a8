import { type Generated, sql } from 'kysely';
import type { Migration } from '../db/index.ts';
import { type FederationTables, federationMigrations } from './federation/tables.ts';
import { type OidcTables, oidcMigrations } from './oidc/tables.ts';

export type AccountKind = 'user' | 'organisation' | 'robot';

/** Times are milliseconds since the Unix epoch. Secrets are never kept, only their SHA-256 in hexadecimal. */
export interface IdentityTables extends OidcTables, FederationTables {
  /** Whoever can own or do something. An id is never given a second time: rights of the gone are nobody's. */
  account: {
    id: Generated<number>;
    /** One namespace for users and organisations; a robot is `organisation+robot`. */
    name: string;
    kind: AccountKind;
    /** Of a robot: its organisation. */
    owner_id: number | null;
    created_at: number;
    disabled_at: number | null;
  };
  /** Of an account of kind `user`. */
  user_profile: {
    account_id: number;
    email: string | null;
    display_name: string | null;
    /** `$argon2id$…`, or `$2y$…` as long as an imported user has not logged in. Null: cannot log in with one. */
    password_hash: string | null;
    password_changed_at: number | null;
    is_administrator: number;
    last_seen_at: number | null;
  };
  /** Of an account of kind `robot`. */
  robot_profile: {
    account_id: number;
    description: string;
    created_by: number | null;
    last_seen_at: number | null;
  };
  access_token: {
    /** UUID. */
    id: string;
    account_id: number;
    name: string;
    secret_hash: string;
    /** The first characters of the secret, by which people tell tokens apart. */
    hint: string;
    /** JSON arrays: of `pull`, `push`, `delete`, `admin`; of patterns of repository names. */
    actions: string;
    repositories: string;
    created_at: number;
    created_by: number | null;
    expires_at: number | null;
    last_used_at: number | null;
    last_used_from: string | null;
  };
  session: {
    /** UUID. */
    id: string;
    account_id: number;
    secret_hash: string;
    created_at: number;
    expires_at: number;
    last_seen_at: number;
    address: string;
    user_agent: string | null;
  };
  /** Second factor (RFC 6238). */
  totp: {
    account_id: number;
    /** Base32: a server has to know it to check a code. */
    secret: string;
    /** Null until a first code showed that the authenticator has it. */
    confirmed_at: number | null;
    /** Time step of the last code that was taken: none is taken twice. */
    last_step: number | null;
  };
  recovery_code: {
    account_id: number;
    code_hash: string;
  };
  /** Links that are good once: to set a password, to set the registry up. */
  one_time_link: {
    secret_hash: string;
    purpose: 'password' | 'setup';
    account_id: number | null;
    created_at: number;
    expires_at: number;
  };
  /** From where an account has logged in: an address or a device that others' failures do not slow. */
  known_source: {
    account_id: number;
    source: string;
    seen_at: number;
  };
}

export const identityMigrations: readonly Migration[] = [
  {
    name: 'identity-001-accounts',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE account (
          id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
          owner_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
          created_at INTEGER NOT NULL, disabled_at INTEGER)`,
        sql`CREATE INDEX account_owner ON account (owner_id, name) WHERE owner_id IS NOT NULL`,
        sql`CREATE TABLE user_profile (
          account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE, email TEXT, display_name TEXT,
          password_hash TEXT, password_changed_at INTEGER, is_administrator INTEGER NOT NULL, last_seen_at INTEGER)`,
        sql`CREATE INDEX user_profile_administrator ON user_profile (account_id) WHERE is_administrator = 1`,
        sql`CREATE TABLE robot_profile (
          account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
          description TEXT NOT NULL, created_by INTEGER, last_seen_at INTEGER)`,
        sql`CREATE TABLE access_token (
          id TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
          name TEXT NOT NULL, secret_hash TEXT NOT NULL UNIQUE, hint TEXT NOT NULL,
          actions TEXT NOT NULL, repositories TEXT NOT NULL,
          created_at INTEGER NOT NULL, created_by INTEGER, expires_at INTEGER,
          last_used_at INTEGER, last_used_from TEXT,
          UNIQUE (account_id, name))`,
        sql`CREATE TABLE session (
          id TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
          secret_hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
          last_seen_at INTEGER NOT NULL, address TEXT NOT NULL, user_agent TEXT)`,
        sql`CREATE INDEX session_account ON session (account_id)`,
        sql`CREATE INDEX session_expiry ON session (expires_at)`,
        sql`CREATE TABLE totp (
          account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
          secret TEXT NOT NULL, confirmed_at INTEGER, last_step INTEGER)`,
        sql`CREATE TABLE recovery_code (
          account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE, code_hash TEXT NOT NULL,
          PRIMARY KEY (account_id, code_hash)) WITHOUT ROWID`,
        sql`CREATE TABLE one_time_link (
          secret_hash TEXT PRIMARY KEY, purpose TEXT NOT NULL,
          account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
          created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID`,
        sql`CREATE TABLE known_source (
          account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE, source TEXT NOT NULL,
          seen_at INTEGER NOT NULL, PRIMARY KEY (account_id, source)) WITHOUT ROWID`,
      ]) {
        await statement.execute(db);
      }
    },
  },
  ...oidcMigrations,
  ...federationMigrations,
];
