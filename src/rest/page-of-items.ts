import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Which item was the last one shown, and where it stood: the latter counts when it is gone meanwhile. */
const position = z.tuple([z.string(), z.int().nonnegative()]);

/**
 * A page of a list that is bounded, and so at hand whole, in its own order. `keyOf` tells its items apart. Throws
 * `Problem` invalid-cursor.
 */
export function pageOfItems<Item>(
  items: readonly Item[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  keyOf: (item: Item) => string,
): { items: Item[]; next?: string } {
  const after = decodeCursor(position, cursor);
  const found = after && items.findIndex((item) => keyOf(item) === after[0]);
  const start = found === undefined ? 0 : found < 0 ? (after?.[1] ?? 0) : found + 1;
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  const lastAt = start + page.length - 1;
  if (last === undefined || lastAt + 1 >= items.length) return { items: page };
  return { items: page, next: encodeCursor([keyOf(last), lastAt]) };
}
