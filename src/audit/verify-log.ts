import type { Kysely } from 'kysely';
import { findLastPruning } from './find-last-pruning.ts';
import { hashRow } from './hash-row.ts';
import type { AuditTables } from './tables.ts';

/** A line of the log by its place and hash: all lines before it are what they were if it is. */
export interface ChainLink {
  readonly sequence: number;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
}

/**
 * - `changed`: the line is not what was written
 * - `missing`: lines before this one are gone
 * - `start-missing`: the oldest lines are gone, and no line says that they were dropped
 * - `end-missing`: the log ends before the line that the checkpoint names
 * - `other-history`: the line that the checkpoint names is another one: the log was written anew
 */
export type BreakKind = 'changed' | 'missing' | 'start-missing' | 'end-missing' | 'other-history';

export interface Verification {
  /** How many were found good. */
  readonly lines: number;
  /** The last of these. Sequence 0 when the log is empty. */
  readonly head: ChainLink;
  /** The first broken link; undefined when there is none. */
  readonly broken: { readonly sequence: number; readonly kind: BreakKind; readonly text: string } | undefined;
}

/** Bounds memory, and how long one read holds up others. */
const LINES_PER_PAGE = 500;

export interface VerifyOptions {
  /** Heads that were kept outside the database: without one, a log whose end was cut off looks whole. */
  readonly checkpoints: readonly ChainLink[];
  readonly onProgress?: (lines: number) => void;
}

/** Walks the log from its first line to its last and computes each hash anew. A server may go on writing. */
export async function verifyLog(db: Kysely<AuditTables>, options: VerifyOptions): Promise<Verification> {
  for (;;) {
    const start = await findLastPruning(db);
    const verification = await walk(db, { ...options, start });
    // Old lines may have been dropped under way, as they should be: then it starts later.
    const isStale = verification.broken && (await findLastPruning(db)).sequence > start.sequence;
    if (!isStale) return verification;
  }
}

async function walk(
  db: Kysely<AuditTables>,
  { start, checkpoints, onProgress }: VerifyOptions & { start: ChainLink },
): Promise<Verification> {
  const expected = new Map(checkpoints.map(({ sequence, hash }) => [sequence, hash]));
  let lines = 0;
  let head = start;
  let at = 0;
  const broken = (kind: BreakKind, text: string): Verification => ({
    lines,
    head,
    broken: { sequence: head.sequence + 1, kind, text },
  });
  for (const { sequence, hash } of checkpoints) {
    if (sequence === 0) continue;
    // Dropping what is old never reaches a checkpoint that is kept up to date: more than that was cut off.
    if (sequence < start.sequence) {
      const text = `Line ${sequence}, which the checkpoint names, was dropped. Compare with a later one.`;
      return broken('start-missing', text);
    }
    if (sequence === start.sequence && hash !== start.hash) {
      const text = `Line ${sequence} was another one when the checkpoint was taken.`;
      return broken('other-history', text);
    }
  }
  for (;;) {
    const page = await db
      .selectFrom('audit_entry')
      .selectAll()
      // Also what lies before a start that was claimed: it would have to be gone.
      .where('sequence', '>', lines === 0 ? 0 : head.sequence)
      .orderBy('sequence')
      .limit(LINES_PER_PAGE)
      .execute();
    for (const { hash, ...row } of page) {
      const next = head.sequence + 1;
      if (row.sequence !== next) {
        const found = `Line ${next} should follow; the next that is there is ${row.sequence}.`;
        return broken(lines === 0 ? 'start-missing' : 'missing', found);
      }
      if (row.at < at || hashRow(row, head.hash) !== hash) {
        return broken('changed', `Line ${next} is not what was written there.`);
      }
      if ((expected.get(next) ?? hash) !== hash) {
        return broken('other-history', `Line ${next} was another one when the checkpoint was taken.`);
      }
      lines += 1;
      head = { sequence: next, hash };
      at = row.at;
    }
    onProgress?.(lines);
    if (page.length < LINES_PER_PAGE) break;
  }
  const furthest = Math.max(0, ...expected.keys());
  if (furthest > head.sequence) {
    const text = `The log ends at line ${head.sequence}; line ${furthest} was there when the checkpoint was taken.`;
    return broken('end-missing', text);
  }
  return { lines, head, broken: undefined };
}
