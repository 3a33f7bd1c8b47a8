import type { z } from 'zod';
import { problem } from './problem.ts';

/** `value` as the contract's schema says; nothing when it has none. Throws `Problem` invalid-request (400). */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
  where: 'path' | 'query' | 'body',
): z.output<Schema> {
  if (!schema) return undefined as z.output<Schema>;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    pointer: `/${path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
    message,
  }));
  const [first] = fields;
  const what = first ? `: ${first.pointer === '/' ? '' : `${first.pointer} `}${first.message}` : '';
  throw problem('invalid-request', `The ${where} is not as it should be${what}.`, {
    fields,
  });
}
