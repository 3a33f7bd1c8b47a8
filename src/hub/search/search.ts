import { type Kysely, sql } from 'kysely';
import type { Actor } from '../../http/index.ts';
import { parseRepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import { isReadable } from '../readable-filter.ts';
import type { HubTables } from '../tables.ts';
import { type Candidate, findCandidates, MAX_CANDIDATES, type SearchFilters } from './find-candidates.ts';
import { rank } from './rank.ts';
import { readableCondition } from './readable-condition.ts';
import type { FacetKind } from './search-key.ts';

export interface FacetCount {
  readonly kind: FacetKind;
  readonly value: string;
  readonly count: number;
}

export interface SearchResult {
  /** Best first, those of the page asked for. */
  readonly found: readonly (Candidate & { readonly facets: readonly Omit<FacetCount, 'count'>[] })[];
  /** How many fit in all, at most `MAX_CANDIDATES`. */
  readonly total: number;
  /** Whether more than `total` fit, of which those with the least impact were not looked at. */
  readonly hasMore: boolean;
  /** Of all that fit (of `total`), most first. Empty unless asked for. */
  readonly facets: readonly FacetCount[];
}

/** What a search asks. */
export type SearchContext = Pick<HubContext, 'db' | 'access' | 'distribution'>;

const VALUES_PER_FACET = 20;

/** What `actor` may see of the repositories that fit. Some milliseconds at a hundred thousand repositories. */
export async function search(
  { db, access, distribution }: SearchContext,
  query: {
    readonly actor: Actor | undefined;
    readonly text: string;
    readonly filters: SearchFilters;
    readonly offset: number;
    readonly limit: number;
    readonly withFacets: boolean;
  },
): Promise<SearchResult> {
  const { reads } = db;
  const { text, filters, offset, limit } = query;
  const rights = await access.findReadable(query.actor);
  const readable = await readableCondition(reads, rights);
  const now = distribution.clock.now();
  const find = (words: string) => findCandidates(reads, { text: words, filters, readable, now });
  let asked = text;
  let candidates = await find(asked);
  const name = nameInReference(text);
  if (candidates.found.length === 0 && name !== '' && name !== text) {
    asked = name;
    candidates = await find(name);
  }
  const ranked = rank(candidates, asked).slice(0, MAX_CANDIDATES);
  const page: Candidate[] = [];
  for (const candidate of ranked.slice(offset, offset + limit)) {
    // The index follows a moment later, or much later when the disk is full: what was made private is not shown.
    const repository = parseRepositoryName(candidate.name);
    if (rights.all || isReadable(rights, repository, await access.findVisibility(repository)))
      page.push(candidate);
  }
  const own = await listFacets(reads, page);
  return {
    found: page.map((candidate) => ({ ...candidate, facets: own.get(candidate.id) ?? [] })),
    total: ranked.length,
    hasMore: candidates.found.length > MAX_CANDIDATES,
    facets: query.withFacets ? await countFacets(reads, ranked) : [],
  };
}

/** Longer ones are no references; bounds what the expressions cost. */
const MAX_REFERENCE = 300;

/** Of what people paste, `docker.io/library/nginx:1.27`, the name as it is here. */
function nameInReference(text: string): string {
  return text
    .slice(0, MAX_REFERENCE)
    .trim()
    .replace(/^(?:localhost|[^/\s]*[.:][^/\s]*)\//, '')
    .replace(/^library\//, '')
    .replace(/[:@][^/\s]*$/, '');
}

async function listFacets(db: Kysely<HubTables>, page: readonly Candidate[]) {
  const facets = new Map<number, Omit<FacetCount, 'count'>[]>();
  if (page.length === 0) return facets;
  const rows = await db
    .selectFrom('search_facet')
    .selectAll()
    .where(
      'entry_id',
      'in',
      page.map(({ id }) => id),
    )
    .where('kind', '!=', 'label')
    .execute();
  for (const { entry_id, kind, value } of rows) {
    const facet = { kind: kind as FacetKind, value };
    const known = facets.get(entry_id);
    if (known) known.push(facet);
    else facets.set(entry_id, [facet]);
  }
  return facets;
}

async function countFacets(db: Kysely<HubTables>, found: readonly Candidate[]): Promise<FacetCount[]> {
  const ids = JSON.stringify(found.map(({ id }) => id));
  const { rows } = await sql<FacetCount>`SELECT kind, value, count FROM (
      SELECT kind, value, count(*) AS count,
        row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, value) AS place
      FROM search_facet WHERE entry_id IN (SELECT value FROM json_each(${ids})) GROUP BY kind, value)
    WHERE place <= ${VALUES_PER_FACET} ORDER BY kind, place`.execute(db);
  return rows;
}
