import { createHash } from 'node:crypto';
import type { Call } from '../http/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { problem } from './problem.ts';

/** A version made of what is shown: the same for equal things, for `ApiAnswer.etag` and `assertIfMatch`. */
export function etagOf(representation: unknown): string {
  return createHash('sha256').update(canonicalJson(representation)).digest('base64url').slice(0, 22);
}

/**
 * Throws `Problem` precondition-failed (412, with the current `ETag`) when the request's `If-Match` names other
 * versions (RFC 9110 §13.1.1), or any when the thing is not there (`etag` undefined). To be called in the transaction that changes the thing, or the answer may be out of
 * date before the change is made.
 */
export function assertIfMatch(call: Pick<Call, 'header'>, etag: string | undefined): void {
  const header = call.header('if-match');
  if (header === undefined) return;
  if (etag === undefined) {
    throw problem(
      'precondition-failed',
      'It is not there (any more). Send this without If-Match to make it.',
    );
  }
  if (header.trim() === '*') return;
  // Weak tags never match here; none of ours has a comma or a quote inside.
  const wanted = header.split(',').map((tag) => tag.trim());
  if (wanted.includes(`"${etag}"`)) return;
  throw problem('precondition-failed', 'It was changed meanwhile. Read it again, then change it.', {
    headers: { ETag: `"${etag}"` },
  });
}
