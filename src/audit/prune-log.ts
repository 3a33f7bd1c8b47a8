import type { Database } from '../db/index.ts';
import { SYSTEM_ORIGIN } from '../rest/index.ts';
import { appendRows } from './append-rows.ts';
import { PRUNED, toPruning } from './find-last-pruning.ts';
import type { AuditTables } from './tables.ts';
import { toRow } from './to-row.ts';

/** Bounds how long other transactions wait for one of these. */
const LINES_AT_ONCE = 2_000;

/**
 * Drops the lines that are older than `before` and puts down, as a line of its own in the same transaction, where the
 * log now starts and what the last one that is gone had as its hash: the chain still holds, and no one can drop lines
 * quietly. Returns how many were dropped.
 */
export async function pruneLog(
  db: Database<AuditTables>,
  options: { before: number; now: number; signal?: AbortSignal },
): Promise<number> {
  const { before, now, signal } = options;
  let total = 0;
  while (!signal?.aborted) {
    const dropped = await db.transaction(async (trx) => {
      const old = await trx
        .selectFrom('audit_entry')
        .select(['sequence', 'hash', 'at'])
        .orderBy('sequence')
        .limit(LINES_AT_ONCE)
        .execute();
      // Times never go back along the log: what is old enough is a stretch at its start.
      const gone = old.filter(({ at }) => at < before);
      const last = gone.at(-1);
      if (!last) return 0;
      // Before the deletion: the line has to follow the last of the log even if that is dropped, too.
      const line = {
        action: PRUNED,
        origin: SYSTEM_ORIGIN,
        resource: { type: 'system', name: 'audit' },
        after: toPruning(last.sequence, last.hash),
        reason: `${gone.length} lines are older than is kept.`,
      };
      await appendRows(trx, [toRow(line, 'done')], now);
      await trx.deleteFrom('audit_entry').where('sequence', '<=', last.sequence).execute();
      return gone.length;
    });
    total += dropped;
    if (dropped < LINES_AT_ONCE) break;
  }
  return total;
}
