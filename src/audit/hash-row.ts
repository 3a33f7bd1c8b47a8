import { createHash } from 'node:crypto';
import { canonicalJson } from '../rest/index.ts';
import type { AuditRow } from './tables.ts';

/** What the first line of a log follows. */
export const GENESIS = '0'.repeat(64);

/** SHA-256 over the canonical JSON of the whole line and the hash of the line before, in hexadecimal. */
export function hashRow(row: AuditRow, previousHash: string): string {
  return createHash('sha256')
    .update(canonicalJson({ ...row, previous_hash: previousHash }))
    .digest('hex');
}
