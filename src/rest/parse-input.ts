import type { z } from 'zod';
import { problem } from './problem.ts';

const MAX_FIELDS = 20;
/** They repeat what was sent, such as the names of all unknown fields: anybody may send a megabyte of these. */
const MAX_LENGTH = 300;

/** `value` as the contract's schema says; nothing when it has none. Throws `Problem` invalid-request (400). */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
  where: 'path' | 'query' | 'body',
): z.output<Schema> {
  if (!schema) return undefined as z.output<Schema>;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, MAX_FIELDS).map(({ path, message }) => ({
    pointer: cut(`/${path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`),
    message: cut(message),
  }));
  const [first] = fields;
  const what = first ? `: ${first.pointer === '/' ? '' : `${first.pointer} `}${first.message}` : '';
  throw problem('invalid-request', `The ${where} is not as it should be${what}.`, {
    fields,
  });
}

function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH).toWellFormed()}…`;
}
