import { sql, type Transaction } from 'kysely';
import { namespaceOf } from '../../oci/index.ts';
import type { HubTables } from '../tables.ts';
import { impactId } from './impact-id.ts';
import type { SearchDocument } from './search-document.ts';
import { monthOf, searchKey } from './search-key.ts';
import { searchWords, typoForms } from './search-words.ts';

type Trx = Transaction<HubTables>;

/** Bounds the parameters of one statement. */
const ROWS_PER_STATEMENT = 500;

/** Replaces what the index has of these names; a name without a document leaves it. At most some hundred at a time. */
export async function putDocuments(
  trx: Trx,
  documents: ReadonlyMap<string, SearchDocument | undefined>,
): Promise<void> {
  const names = [...documents.keys()];
  if (names.length === 0) return;
  const known = await trx
    .selectFrom('search_entry')
    .select(['id', 'serial', 'name', 'description'])
    .where('name', 'in', names)
    .execute();
  await removeEntries(
    trx,
    known.map(({ id }) => id),
  );
  const serials = new Map(known.map(({ name, serial }) => [name, serial]));
  const { last } = await trx
    .selectFrom('search_entry')
    .select(({ fn }) => fn.max('serial').as('last'))
    .executeTakeFirstOrThrow();
  let next = Math.max(last ?? 0, ...serials.values());
  const entries = [...documents.values()].flatMap((document) => {
    if (!document) return [];
    const serial = serials.get(document.name) ?? ++next;
    return { ...document, serial, id: impactId({ ...document, serial }) };
  });
  await addEntries(trx, entries);
  const said = new Set(entries.flatMap(correctableWords));
  const gone = new Set(known.flatMap(correctableWords)).difference(said);
  for (const word of gone) await forgetWord(trx, word);
}

async function addEntries(
  trx: Trx,
  entries: readonly (SearchDocument & { readonly id: number; readonly serial: number })[],
): Promise<void> {
  if (entries.length === 0) return;
  await trx
    .insertInto('search_entry')
    .values(
      entries.map((entry) => ({
        id: entry.id,
        serial: entry.serial,
        name: entry.name,
        namespace: namespaceOf(entry.name) ?? '',
        base: entry.name.slice(entry.name.lastIndexOf('/') + 1),
        is_public: entry.isPublic ? 1 : 0,
        is_official: entry.isOfficial ? 1 : 0,
        stars: entry.stars,
        pulls: entry.pulls,
        updated_at: entry.updatedAt,
        description: entry.description,
      })),
    )
    .execute();
  const texts = entries.map(
    (entry) =>
      sql`(${entry.id}, ${entry.name}, ${entry.description}, ${entry.readme}, ${entry.labels}, ${keysOf(entry)})`,
  );
  await sql`INSERT INTO search_text (rowid, name, description, readme, labels, keys) VALUES ${sql.join(texts)}`.execute(
    trx,
  );
  await sql`INSERT INTO search_name (rowid, name) VALUES ${sql.join(
    entries.map(({ id, name }) => sql`(${id}, ${name})`),
  )}`.execute(trx);
  const facets = entries.flatMap(({ id, facets }) => facets.map((facet) => ({ entry_id: id, ...facet })));
  for (const some of slices(facets)) await trx.insertInto('search_facet').values(some).execute();
  const words = new Set(entries.flatMap(correctableWords));
  const typos = [...words].flatMap((word) => typoForms(word).map((form) => ({ form, word })));
  for (const some of slices(typos)) {
    await trx
      .insertInto('search_typo')
      .values(some)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function removeEntries(trx: Trx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const list = sql.join(ids);
  await trx.deleteFrom('search_entry').where('id', 'in', ids).execute();
  await trx.deleteFrom('search_facet').where('entry_id', 'in', ids).execute();
  await sql`DELETE FROM search_text WHERE rowid IN (${list})`.execute(trx);
  await sql`DELETE FROM search_name WHERE rowid IN (${list})`.execute(trx);
}

const correctableWords = (entry: { readonly name: string; readonly description: string }) =>
  searchWords(`${entry.name} ${entry.description}`).filter((word) => typoForms(word).length > 0);

/** Unless another repository says it, too: the table would only grow, and suggest what is nowhere. */
async function forgetWord(trx: Trx, word: string): Promise<void> {
  const expression = `{name description} : "${word}"`;
  const { rows } =
    await sql`SELECT rowid FROM search_text WHERE search_text MATCH ${expression} LIMIT 1`.execute(trx);
  if (rows.length > 0) return;
  await trx.deleteFrom('search_typo').where('word', '=', word).where('form', 'in', typoForms(word)).execute();
}

export async function clearIndex(trx: Trx): Promise<void> {
  for (const table of ['search_entry', 'search_facet', 'search_typo'] as const) {
    await trx.deleteFrom(table).execute();
  }
  for (const table of ['search_text', 'search_name']) {
    await sql`INSERT INTO ${sql.table(table)} (${sql.ref(table)}) VALUES ('delete-all')`.execute(trx);
  }
}

function keysOf(document: SearchDocument): string {
  return [
    searchKey('visibility', document.isPublic ? 'public' : 'private'),
    searchKey('namespace', namespaceOf(document.name) ?? ''),
    searchKey('month', monthOf(document.updatedAt)),
    ...document.facets.map(({ kind, value }) => searchKey(kind, value)),
  ].join(' ');
}

function* slices<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += ROWS_PER_STATEMENT) {
    yield items.slice(from, from + ROWS_PER_STATEMENT);
  }
}
