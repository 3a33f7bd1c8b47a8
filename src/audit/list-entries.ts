import type { Kysely } from 'kysely';
import type { AuditEntryView, AuditFilter } from '../api/index.ts';
import type { AuditTables } from './tables.ts';

export interface EntryRange {
  readonly filter: AuditFilter;
  /** Nothing up to this line. */
  readonly after: number;
  readonly order: 'asc' | 'desc';
  /** Goes on beyond this line. */
  readonly beyond: number | undefined;
  readonly limit: number;
}

/** Lines that fit all of the filter, in the order of the log or against it. */
export async function listEntries(
  db: Kysely<AuditTables>,
  { filter, after, order, beyond, limit }: EntryRange,
): Promise<AuditEntryView[]> {
  let query = db.selectFrom('audit_entry').selectAll().orderBy('sequence', order).limit(limit);
  for (const column of ['actor', 'action', 'resource', 'namespace', 'outcome'] as const) {
    const wanted = filter[column];
    if (wanted !== undefined) query = query.where(column, '=', wanted);
  }
  query = query.where('sequence', '>', after);
  if (beyond !== undefined) query = query.where('sequence', order === 'asc' ? '>' : '<', beyond);
  // As places instead of times, so that the order of the log serves for both.
  if (filter.since !== undefined) {
    const from = await findFirstAt(db, Date.parse(filter.since));
    if (from === undefined) return [];
    query = query.where('sequence', '>=', from);
  }
  if (filter.until !== undefined) {
    const to = await findFirstAt(db, Date.parse(filter.until));
    if (to !== undefined) query = query.where('sequence', '<', to);
  }
  return (await query.execute()).map(toView);
}

/** Times never go back along the log: the first line at `at` or later starts all that are. */
async function findFirstAt(db: Kysely<AuditTables>, at: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('audit_entry')
    .select('sequence')
    .where('at', '>=', at)
    .orderBy('at')
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return row?.sequence;
}

function toView(row: AuditTables['audit_entry']): AuditEntryView {
  const { account_id: _, at, before, after, outcome, ...rest } = row;
  return {
    ...rest,
    at: new Date(at).toISOString(),
    outcome,
    ...(before !== null && { before: JSON.parse(before) }),
    ...(after !== null && { after: JSON.parse(after) }),
  };
}
