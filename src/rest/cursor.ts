import type { z } from 'zod';
import { problem } from './problem.ts';

/** What a list needs to go on, as the opaque text of `next`. It is not secret and not protected: check what it says. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Undefined for the first page. Throws `Problem` invalid-cursor when it is not a position as `schema` says. */
export function decodeCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(parse(cursor));
  if (parsed.success) return parsed.data;
  throw problem('invalid-cursor', 'Pass the cursor as `next` of the page before gave it.');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
