import type { Kysely } from 'kysely';
import { z } from 'zod';
import { GENESIS } from './hash-row.ts';
import type { AuditTables } from './tables.ts';

/** The action of the line that says that older ones were dropped. */
export const PRUNED = 'audit.pruned';

const pruning = z.strictObject({ sequence: z.int().min(1), digest: z.string().regex(/^[\da-f]{64}$/) });

/** What the line of a pruning says was dropped last: the log goes on after it. */
export function toPruning(sequence: number, hash: string): z.input<typeof pruning> {
  return { sequence, digest: hash };
}

/** What the first line of the log follows: the last line that was dropped, or nothing. */
export async function findLastPruning(db: Kysely<AuditTables>): Promise<{ sequence: number; hash: string }> {
  const row = await db
    .selectFrom('audit_entry')
    .select('after')
    .where('action', '=', PRUNED)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const parsed = pruning.safeParse(parse(row?.after ?? null));
  if (!parsed.success) return { sequence: 0, hash: GENESIS };
  return { sequence: parsed.data.sequence, hash: parsed.data.digest };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
