import { type Kysely, type RawBuilder, sql } from 'kysely';
import { namespaceOf } from '../../oci/index.ts';
import type { NamePattern, Readable } from '../repository-access.ts';
import type { HubTables } from '../tables.ts';
import { patternCondition, patternTerm } from './pattern-condition.ts';
import { keyTerm, searchKey } from './search-key.ts';

export interface ReadableCondition {
  /** Exact, over `search_entry as e`. Undefined when everything is readable. */
  readonly sql: RawBuilder<boolean> | undefined;
  /** Expressions of FTS5 of which whatever is readable fits one: they only spare work. One list for each limit. */
  readonly keys: readonly (readonly string[])[];
}

/** A full-text query with more alternatives would cost more than it spares. */
const MAX_KEYS = 40;
/** Bounds what is asked of each row: more patterns than this are looked up first. */
const MAX_ALTERNATIVES = 100;
/** Of each of these, those with the most impact. */
const MAX_LOOKED_UP = 2_000;
/** Patterns that are looked up among all names, each at the price of reading them: what a token has more finds nothing. */
const MAX_ANYWHERE = 5;

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
  const visible = readable.publicOnes ? [keyTerm(searchKey('visibility', 'public'))] : [];
  for (const patterns of limits) {
    conditions.push(await matchesAny(db, patterns));
    const terms = termsOf(patterns);
    if (terms && terms.length + visible.length > 0) keys.push([...visible, ...terms]);
  }
  const named = sql<boolean>`${sql.join(conditions, sql` AND `)}`;
  return { sql: readable.publicOnes ? sql<boolean>`(e.is_public = 1 OR (${named}))` : named, keys };
}

/** Undefined when one of them may be about any name, or they are too many. */
function termsOf(patterns: readonly NamePattern[]): string[] | undefined {
  const terms = new Set<string>();
  for (const { text } of patterns) {
    const term = text.startsWith('*')
      ? patternTerm(text)
      : keyTerm(searchKey('namespace', namespaceOf(text) ?? ''));
    if (term === undefined) return undefined;
    terms.add(term);
  }
  return terms.size > MAX_KEYS ? undefined : [...terms];
}

const prefixOf = (pattern: string) => pattern.split('*', 1)[0] ?? '';

async function matchesAny(
  db: Kysely<HubTables>,
  patterns: readonly NamePattern[],
): Promise<RawBuilder<boolean>> {
  const names: string[] = [];
  const namespaces: string[] = [];
  const alternatives: RawBuilder<boolean>[] = [];
  const others: NamePattern[] = [];
  for (const pattern of patterns) {
    const { text } = pattern;
    const prefix = prefixOf(text);
    if (text === '**') return sql<boolean>`TRUE`;
    if (!text.includes('*')) names.push(text);
    else if (text === `${prefix}**` && prefix.indexOf('/') === prefix.length - 1)
      namespaces.push(prefix.slice(0, -1));
    else {
      const isRange = text === `${prefix}**` && prefix.endsWith('/');
      const condition = isRange ? inRange(prefix) : patternCondition(text);
      if (condition && alternatives.length < MAX_ALTERNATIVES) alternatives.push(condition);
      else others.push(pattern);
    }
  }
  const ids = await listMatching(db, others);
  const isAmong = (column: string, values: readonly unknown[]) =>
    values.length === 0
      ? []
      : [sql<boolean>`e.${sql.ref(column)} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`];
  const all = [
    ...isAmong('name', names),
    ...isAmong('namespace', namespaces),
    ...isAmong('id', ids),
    ...alternatives,
  ];
  return all.length === 0 ? sql<boolean>`FALSE` : sql<boolean>`(${sql.join(all, sql` OR `)})`;
}

/** Held against the names one by one: patterns that SQL has no words for, and those that are too many for it. */
async function listMatching(db: Kysely<HubTables>, patterns: readonly NamePattern[]): Promise<number[]> {
  const ids = new Set<number>();
  const anywhere = patterns.filter(({ text }) => text.startsWith('*')).slice(0, MAX_ANYWHERE);
  const below = patterns.filter(({ text }) => !text.startsWith('*'));
  const places = new Set([...anywhere.map(globOf), ...below.map(({ text }) => `${prefixOf(text)}*`)]);
  for (const glob of places) {
    const prefix = prefixOf(glob);
    // By the range of names when there is one, and not by the order asked for.
    const rows = await db
      .selectFrom('search_entry')
      .select(['id', 'name'])
      .where('name', '>=', prefix)
      .where('name', '<', endOf(prefix))
      .where(sql<boolean>`name GLOB ${glob}`)
      .orderBy(sql`+id`)
      .limit(MAX_LOOKED_UP)
      .execute();
    for (const { id, name } of rows) {
      if ([...anywhere, ...below].some((pattern) => pattern.matches(name))) ids.add(id);
    }
  }
  return [...ids];
}

/** Matches no fewer names. */
const globOf = ({ text }: NamePattern) => text.replaceAll('**', '*');

const inRange = (prefix: string) => sql<boolean>`(e.name >= ${prefix} AND e.name < ${endOf(prefix)})`;

/** Names are ASCII: this comes after every one that begins with `prefix`. */
const endOf = (prefix: string) => `${prefix}\u{ff}`;
