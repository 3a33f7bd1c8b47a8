import { sql } from 'kysely';
import { listRepositoryFacts } from '../../distribution/index.ts';
import type { HubContext } from '../context.ts';
import { giveWay } from './give-way.ts';
import { clearIndex, putDocuments } from './index-store.ts';
import { makeDocuments } from './search-document.ts';

/** Counted up whenever what is indexed changes, so that the next start makes the index anew. */
const VERSION = 1;
/** Bounds how long pushes wait for one step. */
const REPOSITORIES_PER_STEP = 50;

/**
 * Makes the search index anew from the facts, step by step; pushes go on meanwhile, and searches find more and more.
 * Answers how many repositories it holds. Stops early, to be begun again, when `signal` says so.
 */
export async function rebuildIndex(
  context: HubContext,
  options: {
    /** Lets one step run while nothing else writes to the index. */
    exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>;
    signal: AbortSignal;
  },
): Promise<number> {
  const { exclusively, signal } = options;
  await context.db.transaction(async (trx) => {
    await clearIndex(trx);
    await trx.deleteFrom('hub_state').where('key', '=', 'search_index').execute();
  });
  let count = 0;
  for (let after = ''; !signal.aborted; ) {
    const page = await listRepositoryFacts(context.distribution.db.reads, {
      after,
      limit: REPOSITORIES_PER_STEP,
    });
    const last = page.at(-1);
    if (!last) {
      await noteBuilt(context);
      return count;
    }
    after = last.name;
    count += await exclusively(async () => {
      const documents = await makeDocuments(
        context,
        page.map(({ name }) => name),
      );
      await context.db.transaction((trx) => putDocuments(trx, documents));
      return [...documents.values()].filter((document) => document !== undefined).length;
    });
    await giveWay(signal);
  }
  return count;
}

async function noteBuilt(context: HubContext): Promise<void> {
  const value = stateOf(context);
  await context.db.transaction((trx) =>
    trx
      .insertInto('hub_state')
      .values({ key: 'search_index', value })
      .onConflict((conflict) => conflict.doUpdateSet({ value }))
      .execute(),
  );
}

const stateOf = ({ access }: HubContext) => `${VERSION} ${access.mode}`;

/** Whether the index is whole, of this version, and made for who decides now. */
export async function isSearchIndexCurrent(context: HubContext): Promise<boolean> {
  const { reads } = context.db;
  const row = await reads
    .selectFrom('hub_state')
    .select('value')
    .where('key', '=', 'search_index')
    .executeTakeFirst();
  if (row?.value !== stateOf(context)) return false;
  // `lading rebuild` brings tables over to the new database, but not what FTS5 keeps.
  const { last } = await reads
    .selectFrom('search_entry')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const { rows } = await sql<{
    rowid: number;
  }>`SELECT rowid FROM search_text ORDER BY rowid DESC LIMIT 1`.execute(reads);
  return (last ?? undefined) === rows[0]?.rowid;
}
