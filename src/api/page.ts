import { z } from 'zod';

/** Every list takes these: `limit` 1 to 100, `cursor` as the page before gave it in `next`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(1024).optional(),
});

/** A page of a list; `next` is the cursor of the page after, absent on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

/** A query parameter that may be repeated: `?label=a&label=b`. */
export function queryList<Item extends z.ZodType>(item: Item) {
  return z.union([z.array(item).max(50), item.transform((value) => [value])]);
}
