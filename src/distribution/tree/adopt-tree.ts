import { resolve } from 'node:path';
import type { BlobStore } from '../../blob/index.ts';
import type { Database } from '../../db/index.ts';
import type { Clock, Logger } from '../../kernel/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { type AdoptionCounts, findAdoptionCursor, putAdopted } from '../store/adoption-state.ts';
import type { DistributionTables } from '../tables.ts';
import { openAdoptionReport } from './adoption-report.ts';
import { commitFacts } from './commit-facts.ts';
import { type LinkLayout, linkLayout } from './link-layout.ts';
import { type ListedLink, listLinks } from './list-links.ts';
import { mapInOrder } from './map-in-order.ts';
import { readFact, type TreeFact } from './read-fact.ts';
import type { TreeProblem } from './tree-problem.ts';
import { type WalkedRepository, walkRepositories } from './walk-repositories.ts';

export interface AdoptionOptions {
  readonly db: Database<DistributionTables>;
  readonly blobs: BlobStore;
  readonly root: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called now and then with what is in the database by now. How much there will be is not known. */
  readonly onProgress?: (counts: AdoptionCounts) => void;
  readonly signal?: AbortSignal;
}

export interface Adoption {
  readonly counts: AdoptionCounts;
  /** The first 1000; the file named by `reportFile` has all. */
  readonly problems: readonly TreeProblem[];
  readonly reportFile: string;
}

/** Links, blobs and manifests read at the same time. */
const CONCURRENCY = 16;
const FACTS_PER_TRANSACTION = 1000;
const MANIFEST_BYTES_PER_TRANSACTION = 8 * 1024 * 1024;

const nothing: AdoptionCounts = { repositories: 0, manifests: 0, tags: 0, blobs: 0, problems: 0 };

/**
 * Takes over what registry:2 left below `root`: reads its link tree into the database, once, before anything else
 * writes to either. Nothing in the tree is written, moved or copied. What is damaged is reported and left out. When
 * it is broken off, by `signal` or a crash, the next call goes on after the last repository that was complete.
 * Memory does not grow with the volume, but for the names in one directory. Throws `TreeError`, `BlobError` or
 * `DbError` when the tree or a store cannot be used at all, and the signal's reason.
 */
export async function adoptTree(options: AdoptionOptions): Promise<Adoption> {
  const { db, blobs, clock, log, signal, onProgress } = options;
  const layout = linkLayout(resolve(options.root));
  const cursor = await findAdoptionCursor(db.reads);
  const report = await openAdoptionReport({
    file: layout.adoptionReport,
    isContinued: cursor !== undefined,
    log,
  });
  let counts = cursor?.counts ?? nothing;
  const facts = mapInOrder(walkTree(layout, cursor?.repository, signal), {
    concurrency: CONCURRENCY,
    work: async (item) => (item.kind === 'link' ? readFact({ layout, blobs }, item) : item),
  });

  const commit = async (batch: readonly TreeFact[]) => {
    const outcome = await commitFacts(db, batch, counts);
    counts = outcome.counts;
    await report.add(outcome.problems);
    onProgress?.(counts);
  };
  // The next batch is read while one is committed, but only one is committed at a time: their order must stay.
  let committing = Promise.resolve();
  try {
    for await (const batch of inBatches(facts)) {
      await committing;
      committing = commit(batch);
      committing.catch(() => {});
    }
  } finally {
    await committing;
  }
  await db.transaction((trx) => putAdopted(trx, { at: clock.now(), counts }));
  return { counts, problems: report.problems, reportFile: layout.adoptionReport };
}

type TreeItem = WalkedRepository | ListedLink | { kind: 'end'; repository: RepositoryName };

async function* walkTree(
  layout: LinkLayout,
  after: RepositoryName | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<TreeItem> {
  for await (const walked of walkRepositories(layout, after)) {
    yield walked;
    if (walked.kind !== 'repository') continue;
    for await (const link of listLinks(layout, walked.repository)) {
      signal?.throwIfAborted();
      yield link;
    }
    yield { kind: 'end', repository: walked.repository };
    signal?.throwIfAborted();
  }
}

async function* inBatches(facts: AsyncIterable<TreeFact | undefined>): AsyncGenerator<TreeFact[]> {
  let batch: TreeFact[] = [];
  let bytes = 0;
  for await (const fact of facts) {
    if (fact === undefined) continue;
    batch.push(fact);
    if (fact.kind === 'manifest') bytes += fact.manifest.content.byteLength;
    if (batch.length >= FACTS_PER_TRANSACTION || bytes >= MANIFEST_BYTES_PER_TRANSACTION) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
