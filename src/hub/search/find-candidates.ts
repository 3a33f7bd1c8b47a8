import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { HubTables } from '../tables.ts';
import type { ReadableCondition } from './readable-condition.ts';
import { type FacetKind, keyTerm, monthOf, searchKey } from './search-key.ts';
import { searchWords, typoForms } from './search-words.ts';

export interface SearchFilters {
  /** Of one kind any value will do, of several each kind must fit; of labels every one must. */
  readonly facets: Partial<Readonly<Record<FacetKind, readonly string[]>>>;
  /** Milliseconds since the Unix epoch. */
  readonly updatedSince: number | undefined;
}

export interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly base: string;
  readonly description: string;
  readonly isPublic: number;
  readonly isOfficial: number;
  readonly stars: number;
  readonly pulls: number;
  readonly updatedAt: number;
}

/** What is ranked and counted; of a word that more repositories have, those with the most impact (impact-id.ts). */
export const MAX_CANDIDATES = 1_000;
/** With fewer, beginnings of words and the inside of names will do, and with next to none, what was perhaps meant. */
const FEW = 200;
const NEXT_TO_NONE = 5;
/** Bounds how many repositories are looked at whose name holds the letters. */
const MAX_SUBSTRING = 2_000;
/** The same for names that begin with them. */
const MAX_PREFIX = 1_000;
const MAX_CORRECTIONS = 8;
/** Of so many the nearest are taken. */
const MAX_NEIGHBOURS = 100;
/** Shorter beginnings of a word are names of something else. */
const MIN_BEGINNING = 4;

export interface Candidates {
  /** In no order that matters; one more than `MAX_CANDIDATES` if there are more. */
  readonly found: readonly Candidate[];
  /** Of each word of the query what was looked for: the word itself first, then what it may be a slip of. */
  readonly words: readonly (readonly string[])[];
}

/** Repositories that fit. */
export async function findCandidates(
  db: Kysely<HubTables>,
  query: { text: string; filters: SearchFilters; readable: ReadableCondition; now: number },
): Promise<Candidates> {
  const { filters, readable } = query;
  const conditions = [
    ...(readable.sql ? [readable.sql] : []),
    ...(filters.updatedSince === undefined ? [] : [sql<boolean>`e.updated_at >= ${filters.updatedSince}`]),
  ];
  const where = conditions.length > 0 ? sql`AND ${sql.join(conditions, sql` AND `)}` : sql``;
  const keys = [...readable.keys, ...filterKeys(filters, query.now)];
  const found = new Map<number, Candidate>();
  const take = async (from: RawBuilder<unknown>, limit = MAX_CANDIDATES + 1, by = sql`e.id`) => {
    const { rows } =
      await sql<Candidate>`SELECT e.id, e.name, e.base, e.description, e.is_public AS "isPublic",
      e.is_official AS "isOfficial", e.stars, e.pulls, e.updated_at AS "updatedAt"
      ${from} ${where} ORDER BY ${by} LIMIT ${limit}`.execute(db);
    for (const row of rows) found.set(row.id, row);
  };
  // By the full-text table's own id, in whose order it answers: by the other's, all that match would be sorted.
  const takeText = (expression: string) =>
    take(
      sql`FROM search_text AS t CROSS JOIN search_entry AS e ON e.id = t.rowid WHERE search_text MATCH ${expression}`,
      MAX_CANDIDATES + 1,
      sql`t.rowid`,
    );

  const words = searchWords(query.text);
  if (words.length === 0) {
    if (query.text.trim() !== '') return { found: [], words: [] };
    if (keys.length > 0) await takeText(keysExpression(keys));
    else await take(sql`FROM search_entry AS e WHERE TRUE`);
    return { found: [...found.values()], words: [] };
  }
  const alone = words.map((word) => [word]);
  await takeText(expressionOf(alone.map(wholeWords), keys));
  const chosen = facetConditions(filters);
  const asked = query.text.trim().toLowerCase();
  const column = asked.includes('/') ? sql`name` : sql`base`;
  await take(sql`FROM search_entry AS e WHERE e.${column} = ${asked} ${chosen}`);
  // The names alone are read from their index for this, and what has impact is looked at.
  await take(sql`FROM (SELECT id FROM search_entry
      WHERE ${column} > ${asked} AND ${column} < ${`${asked}\u{ff}`} ORDER BY id LIMIT ${MAX_PREFIX}) AS t
      CROSS JOIN search_entry AS e ON e.id = t.id WHERE TRUE ${chosen}`);
  if (found.size < FEW) await takeText(expressionOf(alone.map(beginnings), keys));
  const long = words.filter((word) => word.length >= 3);
  if (found.size < FEW && long.length === words.length) {
    const inside = long.map((word) => `"${word}"`).join(' AND ');
    await take(sql`FROM (SELECT rowid FROM search_name WHERE search_name MATCH ${inside} LIMIT ${MAX_SUBSTRING}) AS t
      CROSS JOIN search_entry AS e ON e.id = t.rowid WHERE TRUE ${chosen}`);
  }
  if (found.size >= NEXT_TO_NONE) return { found: [...found.values()], words: alone };
  // Names that the word begins with: python3, nodejs.
  const [only = ''] = words.length === 1 ? words : [];
  const begun = Array.from({ length: Math.max(0, only.length - MIN_BEGINNING) }, (_, index) =>
    only.slice(0, MIN_BEGINNING + index),
  );
  if (begun.length > 0) {
    await take(sql`FROM (SELECT id FROM search_entry WHERE base IN (${sql.join(begun)}) ORDER BY id LIMIT ${MAX_PREFIX}) AS t
      CROSS JOIN search_entry AS e ON e.id = t.id WHERE TRUE ${chosen}`);
  }
  const meant = await Promise.all(words.map((word) => correct(db, word)));
  if (meant.some((words) => words.length > 1)) await takeText(expressionOf(meant.map(beginnings), keys));
  return { found: [...found.values()], words: meant };
}

/** The word itself first, then what it may be a slip of. */
async function correct(db: Kysely<HubTables>, word: string): Promise<string[]> {
  const forms = typoForms(word);
  if (forms.length === 0) return [word];
  const rows = await db
    .selectFrom('search_typo')
    .select('word')
    .distinct()
    .where('form', 'in', forms)
    .limit(MAX_NEIGHBOURS)
    .execute();
  const near = rows.map((row) => ({ word: row.word, shared: sharedEnds(word, row.word) }));
  near.sort((a, b) => b.shared - a.shared);
  return [...new Set([word, ...near.slice(0, MAX_CORRECTIONS).map((one) => one.word)])];
}

/** How many letters two words have alike, from the beginning and from the end. */
function sharedEnds(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let begin = 0;
  while (begin < most && one[begin] === other[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return begin + end;
}

/** FTS5 reads on from one match to the next for these… */
const wholeWords = (words: readonly string[]) => words.map((word) => `"${word}"`);

/** …and gathers all there are before the first of these. One letter begins too many words to be read as a beginning. */
const beginnings = (words: readonly string[]) =>
  words.map((word) => (word.length > 1 ? `"${word}"*` : `"${word}"`));

/** One of each list of terms, and of each list of keys. */
function expressionOf(terms: readonly (readonly string[])[], keys: readonly (readonly string[])[]): string {
  const all = terms.map((alternatives) => `(${alternatives.join(' OR ')})`).join(' AND ');
  const text = `({name description readme labels} : (${all}))`;
  return keys.length > 0 ? `${text} AND ${keysExpression(keys)}` : text;
}

function keysExpression(keys: readonly (readonly string[])[]): string {
  return keys.map((alternatives) => `(${alternatives.join(' OR ')})`).join(' AND ');
}

/** What `filterKeys` says, for rows that were not found through the index of keys. */
function facetConditions({ facets }: SearchFilters): RawBuilder<unknown> {
  const conditions = chosenFacets(facets).map(
    ([kind, values]) => sql`AND EXISTS (SELECT 1 FROM search_facet AS f
      WHERE f.entry_id = e.id AND f.kind = ${kind} AND f.value IN (${sql.join(values)}))`,
  );
  return sql.join(conditions, sql` `);
}

/** Kinds and values any of which will do. */
function chosenFacets(facets: SearchFilters['facets']): (readonly [FacetKind, readonly string[]])[] {
  const chosen = Object.entries(facets) as [FacetKind, readonly string[]][];
  return chosen
    .filter(([, values]) => values.length > 0)
    .flatMap(([kind, values]): [FacetKind, readonly string[]][] =>
      kind === 'label' ? values.map((value) => [kind, [value]]) : [[kind, values]],
    );
}

/** Older months would make the query longer than what they spare. */
const MAX_MONTHS = 36;

function filterKeys({ facets, updatedSince }: SearchFilters, now: number): string[][] {
  const keys = chosenFacets(facets).map(([kind, values]) =>
    values.map((value) => keyTerm(searchKey(kind, value))),
  );
  const months = updatedSince === undefined ? [] : monthsBetween(updatedSince, now);
  return [...keys, months.map((month) => keyTerm(searchKey('month', month)))].filter(
    (alternatives) => alternatives.length > 0,
  );
}

function monthsBetween(from: number, to: number): string[] {
  const [start, end] = [new Date(from), new Date(to)];
  const count =
    (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth() + 1;
  if (count > MAX_MONTHS) return [];
  if (count < 1) return [monthOf(from)];
  return Array.from({ length: count }, (_, index) =>
    monthOf(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + index, 1)),
  );
}
