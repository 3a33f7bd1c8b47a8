import type { Transaction } from 'kysely';
import { GENESIS, hashRow } from './hash-row.ts';
import type { AuditTables } from './tables.ts';
import type { UnplacedRow } from './to-row.ts';

/** Bounds the parameters of one statement: SQLite takes 32,766. */
const ROWS_PER_INSERT = 500;

/**
 * Puts lines at the end of the log. Transactions run one after the other, so that nobody else can follow the same
 * line; a transaction that is taken back takes its lines along.
 */
export async function appendRows(
  trx: Transaction<AuditTables>,
  rows: readonly UnplacedRow[],
  now: number,
): Promise<void> {
  const last = await findLast(trx);
  let { sequence, hash } = last;
  const at = Math.max(now, last.at);
  const placed = rows.map((row) => {
    sequence += 1;
    const whole = { ...row, sequence, at };
    hash = hashRow(whole, hash);
    return { ...whole, hash };
  });
  for (let start = 0; start < placed.length; start += ROWS_PER_INSERT) {
    await trx
      .insertInto('audit_entry')
      .values(placed.slice(start, start + ROWS_PER_INSERT))
      .execute();
  }
}

export async function findLast(
  db: Pick<Transaction<AuditTables>, 'selectFrom'>,
): Promise<{ sequence: number; at: number; hash: string }> {
  const last = await db
    .selectFrom('audit_entry')
    .select(['sequence', 'at', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? { sequence: 0, at: 0, hash: GENESIS };
}
