import type { Kysely } from 'kysely';
import { deleteOrganisation, deleteUser } from '../api/index.ts';
import type { AuditTables } from './tables.ts';

/** The line of the log with which the last account of this name that is gone went; 0 for none. */
export async function findEndOfFormer(db: Kysely<AuditTables>, namespace: string): Promise<number> {
  const row = await db
    .selectFrom('audit_entry')
    .select('sequence')
    .where('namespace', '=', namespace)
    .where('action', 'in', [deleteOrganisation.name, deleteUser.name])
    .where('outcome', '=', 'done')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}
