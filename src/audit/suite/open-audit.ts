import { join } from 'node:path';
import type { Database } from '../../db/index.ts';
import { openSqlite } from '../../db/index.ts';
import type { AuditEntry } from '../../rest/index.ts';
import { createCapturingLogger, createFakeClock, temporaryFolder } from '../../testing/index.ts';
import { createAuditLog } from '../create-audit-log.ts';
import { type AuditTables, auditMigrations } from '../tables.ts';

/** A log on a database of its own. */
export async function openAudit() {
  const folder = await temporaryFolder();
  const db: Database<AuditTables> = await openSqlite({
    file: join(folder.path, 'lading', 'test.db'),
    migrations: auditMigrations,
  });
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const audit = createAuditLog({ db, clock, log });
  const rows = () => db.reads.selectFrom('audit_entry').selectAll().orderBy('sequence').execute();
  return {
    root: folder.path,
    db,
    clock,
    log,
    audit,
    rows,
    record: (...entries: AuditEntry[]) =>
      db.transaction(async (trx) => {
        for (const entry of entries) await audit.record(trx, entry);
      }),
    async [Symbol.asyncDispose]() {
      await audit.close();
      await db.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function anEntry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    action: 'user.update',
    origin: {
      actor: {
        kind: 'user',
        name: 'alice',
        accountId: 7,
        credential: { kind: 'token', id: 'c0ffee' },
      },
      remoteAddress: '192.0.2.1',
      requestId: 'r-1',
    },
    resource: { type: 'account', name: 'bob', namespace: 'bob' },
    before: { display_name: 'Bob' },
    after: { display_name: 'Robert' },
    ...change,
  };
}
