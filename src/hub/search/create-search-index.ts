import type { RepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import { putDocuments } from './index-store.ts';
import { isSearchIndexCurrent, rebuildIndex } from './rebuild-index.ts';
import { makeDocuments } from './search-document.ts';

/** The only writer of the search index. */
export interface SearchIndex {
  /** Lets the index say what holds now of these repositories. Idempotent. */
  update(names: readonly RepositoryName[]): Promise<void>;
  /** Makes it anew, as `update` of everything; one call at a time. Answers how many repositories it holds. */
  rebuild(signal: AbortSignal): Promise<number>;
  /** The same in the background; failures go to the log. */
  rebuildLater(): void;
  /** Stops what goes on in the background; a rebuild that is cut off is begun again after the next start. */
  close(): Promise<void>;
  /** Whether it is whole and made for who decides now. */
  isCurrent(): Promise<boolean>;
}

/** Bounds memory and how long pushes wait. */
const NAMES_PER_STEP = 50;

export function createSearchIndex(context: HubContext): SearchIndex {
  let last: Promise<unknown> = Promise.resolve();
  /** Between the reading of facts and their writing nobody else writes what he read before. */
  const exclusively = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = last.then(work);
    // Whoever asked hears of it; the next in line only waits for its end.
    last = next.catch(() => {});
    return next;
  };
  let rebuilding: Promise<number> | undefined;
  const stop = new AbortController();
  const { log } = context.distribution;

  async function rebuild(signal: AbortSignal): Promise<number> {
    rebuilding ??= rebuildIndex(context, { exclusively, signal }).finally(() => {
      rebuilding = undefined;
    });
    return rebuilding;
  }

  return {
    async update(names) {
      const distinct = [...new Set(names)];
      for (let from = 0; from < distinct.length; from += NAMES_PER_STEP) {
        await exclusively(async () => {
          const documents = await makeDocuments(context, distinct.slice(from, from + NAMES_PER_STEP));
          await context.db.transaction((trx) => putDocuments(trx, documents));
        });
      }
    },
    rebuild,
    rebuildLater() {
      rebuild(stop.signal).then(
        (repositories) => log.info({ repositories }, 'the search index was made anew'),
        (error) =>
          log.error({ err: error }, 'the search index could not be made anew: POST /api/v1/search/rebuild'),
      );
    },
    async close() {
      stop.abort();
      // Its failure went to the log, or to who asked for it.
      await rebuilding?.catch(() => {});
      await last;
    },
    isCurrent: () => isSearchIndexCurrent(context),
  };
}
