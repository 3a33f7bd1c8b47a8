import { type Generated, sql } from 'kysely';
import type { Migration } from '../db/index.ts';
import type { JobTables } from '../jobs/index.ts';

export type Visibility = 'public' | 'private';

/**
 * Who may do what. Times are milliseconds since the Unix epoch. Accounts (users, organisations, robots) are named by
 * their id, which is never given twice; a namespace is the account of a user or an organisation. With the outbox, because
 * events are written in the same transactions.
 */
export interface AccessTables extends JobTables {
  organisation_member: {
    organisation_id: number;
    account_id: number;
    /** A built-in role, one of the organisation's own, or `member`: no right of its own. */
    role: string;
    since: number;
  };
  team: {
    id: Generated<number>;
    organisation_id: number;
    name: string;
    description: string;
    created_at: number;
  };
  team_member: {
    team_id: number;
    account_id: number;
    since: number;
  };
  access_grant: {
    /** UUID. */
    id: string;
    namespace_id: number;
    subject_kind: 'account' | 'team';
    /** Of an account (user or robot), or of a team of the namespace. */
    subject_id: number;
    role: string;
    /** Below the namespace: `acme/app`, `acme/*`, `acme/**`. */
    pattern: string;
    created_by: number | null;
    created_at: number;
  };
  custom_role: {
    namespace_id: number;
    name: string;
    description: string;
    /** JSON array of `RoleAction`. */
    actions: string;
  };
  /** A repository without a row is private, and its namespace's owners' and administrators' alone. */
  repository_access: {
    repository: string;
    /** The first component of a name of several; `''` for an official repository. */
    namespace: string;
    visibility: Visibility;
    created_by: number | null;
    created_at: number;
  };
  namespace_settings: {
    namespace_id: number;
    default_visibility: Visibility;
  };
  /** Where a repository that was renamed is now. */
  repository_redirect: {
    name: string;
    target: string;
  };
  /** One row, counted up by each change: other processes on the same database see from it that they must read anew. */
  access_version: {
    id: number;
    version: number;
    /** The value of `version` at the last change of `repository_redirect`. */
    redirects: number;
  };
}

export const accessMigrations: readonly Migration[] = [
  {
    name: 'access-001-roles',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE organisation_member (
          organisation_id INTEGER NOT NULL, account_id INTEGER NOT NULL, role TEXT NOT NULL, since INTEGER NOT NULL,
          PRIMARY KEY (organisation_id, account_id)) WITHOUT ROWID`,
        sql`CREATE INDEX organisation_member_account ON organisation_member (account_id)`,
        sql`CREATE TABLE team (
          id INTEGER PRIMARY KEY AUTOINCREMENT, organisation_id INTEGER NOT NULL, name TEXT NOT NULL,
          description TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (organisation_id, name))`,
        sql`CREATE TABLE team_member (
          team_id INTEGER NOT NULL REFERENCES team (id) ON DELETE CASCADE, account_id INTEGER NOT NULL,
          since INTEGER NOT NULL, PRIMARY KEY (team_id, account_id)) WITHOUT ROWID`,
        sql`CREATE INDEX team_member_account ON team_member (account_id)`,
        sql`CREATE TABLE access_grant (
          id TEXT PRIMARY KEY, namespace_id INTEGER NOT NULL, subject_kind TEXT NOT NULL, subject_id INTEGER NOT NULL,
          role TEXT NOT NULL, pattern TEXT NOT NULL, created_by INTEGER, created_at INTEGER NOT NULL,
          UNIQUE (subject_kind, subject_id, namespace_id, pattern, role)) WITHOUT ROWID`,
        sql`CREATE INDEX access_grant_namespace ON access_grant (namespace_id, id)`,
        sql`CREATE TABLE custom_role (
          namespace_id INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, actions TEXT NOT NULL,
          PRIMARY KEY (namespace_id, name)) WITHOUT ROWID`,
        sql`CREATE TABLE repository_access (
          repository TEXT PRIMARY KEY, namespace TEXT NOT NULL, visibility TEXT NOT NULL, created_by INTEGER,
          created_at INTEGER NOT NULL) WITHOUT ROWID`,
        sql`CREATE INDEX repository_access_namespace ON repository_access (namespace, repository)`,
        sql`CREATE TABLE namespace_settings (
          namespace_id INTEGER PRIMARY KEY, default_visibility TEXT NOT NULL)`,
        sql`CREATE TABLE repository_redirect (name TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID`,
        sql`CREATE INDEX repository_redirect_target ON repository_redirect (target)`,
        sql`CREATE TABLE access_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL,
          redirects INTEGER NOT NULL)`,
        sql`INSERT INTO access_version (id, version, redirects) VALUES (1, 1, 1)`,
      ]) {
        await statement.execute(db);
      }
    },
  },
];
