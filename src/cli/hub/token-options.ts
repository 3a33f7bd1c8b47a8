import { z } from 'zod';
import { type accessTokenSchema, tokenActionSchema } from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import { age, type Columns, minute } from './columns.ts';
import type { Page } from './printer.ts';

/** Of `token create` and `robot token create`. */
export const tokenOptions = {
  allow: {
    value: 'action',
    many: true,
    choices: tokenActionSchema.options,
    help: 'what it is limited to (default: pull); may be repeated',
  },
  on: {
    value: 'pattern',
    many: true,
    help: "repositories it is limited to: acme/app, 'acme/**' (default: all); may be repeated",
  },
  expires: { value: 'when', help: 'in 12h, 30d, 8w, or at 2027-01-31 (default: never)' },
} as const;

export const tokenColumns: Columns<z.output<typeof accessTokenSchema>> = {
  NAME: (token) => token.name,
  ALLOWS: (token) => token.actions.join(', '),
  ON: (token) => token.repositories.join(', '),
  EXPIRES: (token) => minute(token.expires_at) ?? 'never',
  USED: (token, now) => age(token.last_used_at, now) ?? 'never',
  FROM: (token) => token.last_used_from,
  ID: (token) => token.id,
};

/** Of the token that has this id or name: both say which one of an account. Throws `CliError` not-found. */
export async function findTokenId(
  said: string,
  read: (cursor: string | undefined) => Promise<Page<{ id: string; name: string }>>,
): Promise<string> {
  if (z.uuid().safeParse(said).success) return said;
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    const found = page.items.find(({ name }) => name === said);
    if (found) return found.id;
    cursor = page.next;
  } while (cursor !== undefined);
  throw new CliError('not-found', `There is no token ${printable(said)}. The list command shows all.`);
}

/** The body of the request. Throws `CliError` usage. */
export function toNewToken(
  name: string,
  options: {
    readonly allow: readonly string[] | undefined;
    readonly on: readonly string[] | undefined;
    readonly expires: string | undefined;
  },
  now: number,
) {
  const { allow = ['pull'], on, expires } = options;
  return {
    name,
    actions: allow.map((action) => tokenActionSchema.parse(action)),
    repositories: on && [...on],
    expires_at: expires === undefined ? undefined : parseExpiry(expires, now),
  };
}

const HOUR_MS = 3_600_000;
const unitMs: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

function parseExpiry(text: string, now: number): string {
  const [, count, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const lengthMs = unitMs[unit];
  const at = lengthMs === undefined ? parseDate(text) : now + Number(count) * lengthMs;
  if (Number.isFinite(at)) return new Date(at).toISOString();
  throw new CliError('usage', '--expires is 12h, 30d, 8w, or a day such as 2027-01-31.');
}

function parseDate(text: string): number {
  return /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
}
