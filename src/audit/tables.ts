import { sql } from 'kysely';
import type { Migration } from '../db/index.ts';

/** A line of the log as it is stored and as it is hashed, without its hash. */
export interface AuditRow {
  /** Grows by one, without gaps. */
  sequence: number;
  /** Milliseconds since the Unix epoch; never less than that of the line before, even if the clock goes back. */
  at: number;
  action: string;
  outcome: 'done' | 'refused';
  /** Null for anybody and for the program itself. */
  actor: string | null;
  actor_kind: string | null;
  account_id: number | null;
  credential_kind: string | null;
  /** Names the token or session, never its secret. */
  credential_id: string | null;
  remote_address: string;
  request_id: string;
  resource_type: string;
  resource: string;
  /** The user or organisation that it belongs to. */
  namespace: string | null;
  /** Canonical JSON, secrets masked. */
  before: string | null;
  after: string | null;
  reason: string | null;
  /** How many alike this line stands for: refusals come in swarms. */
  times: number;
}

export interface AuditTables {
  audit_entry: AuditRow & { hash: string };
}

export const auditMigrations: readonly Migration[] = [
  {
    name: 'audit-001-entries',
    async up(db) {
      await sql`CREATE TABLE audit_entry (
        sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL,
        actor TEXT, actor_kind TEXT, account_id INTEGER, credential_kind TEXT, credential_id TEXT,
        remote_address TEXT NOT NULL, request_id TEXT NOT NULL,
        resource_type TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT,
        before TEXT, after TEXT, reason TEXT, times INTEGER NOT NULL, hash TEXT NOT NULL)`.execute(db);
      // Each ends with the sequence by itself, which is the order of every list.
      await sql`CREATE INDEX audit_entry_at ON audit_entry (at)`.execute(db);
      for (const column of ['action', 'actor', 'resource', 'namespace']) {
        await sql`CREATE INDEX ${sql.ref(`audit_entry_${column}`)} ON audit_entry (${sql.ref(column)})`.execute(
          db,
        );
      }
    },
  },
];
