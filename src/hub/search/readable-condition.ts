import { type Kysely, type RawBuilder, sql } from 'kysely';
import { namespaceOf } from '../../oci/index.ts';
import type { NamePattern, Readable } from '../repository-access.ts';
import type { HubTables } from '../tables.ts';
import { searchKey } from './search-key.ts';

export interface ReadableCondition {
  /** Exact, over `search_entry as e`. Undefined when everything is readable. */
  readonly sql: RawBuilder<boolean> | undefined;
  /** Words of the index that whatever is readable has one of: they only spare work. One list for each limit. */
  readonly keys: readonly (readonly string[])[];
}

/** A full-text query with more alternatives would cost more than it spares. */
const MAX_KEYS = 40;
/** More ranges of names than this are looked up first instead of asked of each row. */
const MAX_RANGES = 100;

/** What a search has to ask of each repository so that only what may be read is found, counted and ranked. */
export async function readableCondition(
  db: Kysely<HubTables>,
  readable: Readable,
): Promise<ReadableCondition> {
  if (readable.all && !readable.within) return { sql: undefined, keys: [] };
  const limits = [
    ...(readable.all ? [] : [readable.patterns]),
    ...(readable.within ? [readable.within] : []),
  ];
  const conditions: RawBuilder<boolean>[] = [];
  const keys: (readonly string[])[] = [];
  const visible = readable.publicOnes ? [searchKey('visibility', 'public')] : [];
  for (const patterns of limits) {
    conditions.push(await matchesAny(db, patterns));
    const namespaces = namespaceKeys(patterns);
    if (namespaces && namespaces.length + visible.length > 0) keys.push([...visible, ...namespaces]);
  }
  const named = sql<boolean>`${sql.join(conditions, sql` AND `)}`;
  return { sql: readable.publicOnes ? sql<boolean>`(e.is_public = 1 OR (${named}))` : named, keys };
}

/** Undefined when they do not all say which namespace they are about, or are too many. */
function namespaceKeys(patterns: readonly NamePattern[]): string[] | undefined {
  const namespaces = new Set(patterns.map(({ text }) => namespaceOf(text) ?? ''));
  if (namespaces.size > MAX_KEYS || patterns.some(({ text }) => prefixOf(text) === '')) return undefined;
  // `acme*` is no pattern of ours, but `*/app` and `**` are: their namespace is any.
  if ([...namespaces].some((namespace) => namespace.includes('*'))) return undefined;
  return [...namespaces].map((namespace) => searchKey('namespace', namespace));
}

const prefixOf = (pattern: string) => pattern.split('*', 1)[0] ?? '';

async function matchesAny(
  db: Kysely<HubTables>,
  patterns: readonly NamePattern[],
): Promise<RawBuilder<boolean>> {
  const names: string[] = [];
  const namespaces: string[] = [];
  const ranges: string[] = [];
  const others: NamePattern[] = [];
  for (const pattern of patterns) {
    const prefix = prefixOf(pattern.text);
    if (pattern.text === '**') return sql<boolean>`TRUE`;
    if (!pattern.text.includes('*')) names.push(pattern.text);
    else if (pattern.text !== `${prefix}**` || !prefix.endsWith('/')) others.push(pattern);
    else if (!prefix.slice(0, -1).includes('/')) namespaces.push(prefix.slice(0, -1));
    else if (ranges.length < MAX_RANGES) ranges.push(prefix);
    else others.push(pattern);
  }
  const ids = await listMatching(db, others);
  const alternatives = [
    ...(names.length > 0 ? [sql<boolean>`e.name IN (SELECT value FROM json_each(${json(names)}))`] : []),
    ...(namespaces.length > 0
      ? [sql<boolean>`e.namespace IN (SELECT value FROM json_each(${json(namespaces)}))`]
      : []),
    ...ranges.map((prefix) => sql<boolean>`(e.name >= ${prefix} AND e.name < ${endOf(prefix)})`),
    ...(ids.length > 0 ? [sql<boolean>`e.id IN (SELECT value FROM json_each(${json(ids)}))`] : []),
  ];
  if (alternatives.length === 0) return sql<boolean>`FALSE`;
  return sql<boolean>`(${sql.join(alternatives, sql` OR `)})`;
}

/** Patterns with wildcards inside are held against the names: SQL has nothing that means the same. */
async function listMatching(db: Kysely<HubTables>, patterns: readonly NamePattern[]): Promise<number[]> {
  const ids = new Set<number>();
  const prefixes = new Set(patterns.map(({ text }) => prefixOf(text)));
  for (const prefix of prefixes) {
    const rows = await db
      .selectFrom('search_entry')
      .select(['id', 'name'])
      .where('name', '>=', prefix)
      .where('name', '<', endOf(prefix))
      .execute();
    for (const { id, name } of rows) if (patterns.some((pattern) => pattern.matches(name))) ids.add(id);
  }
  return [...ids];
}

/** Names are ASCII: this comes after every one that begins with `prefix`. */
const endOf = (prefix: string) => `${prefix}\u{ff}`;

const json = (value: unknown) => JSON.stringify(value);
