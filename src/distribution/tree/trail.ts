import type { BlobStore } from '../../blob/index.ts';
import type { Database } from '../../db/index.ts';
import { type Logger, steadyNow } from '../../kernel/index.ts';
import {
  countTreeChanges,
  listTreeChanges,
  removeTreeChanges,
  type TreeChange,
} from '../store/tree-changes.ts';
import type { DistributionTables } from '../tables.ts';
import { followChanges } from './follow-changes.ts';
import type { LinkTree } from './link-tree.ts';

/** Lets the link tree follow the facts, in the background. */
export interface Trail extends AsyncDisposable {
  /**
   * Says that there may be changes to follow. That is done a second after the last of them, or ten seconds after the
   * first, with pauses: pushes that go on need the disk more. Costs next to nothing and never throws. Call it once at
   * start.
   */
  poke(): void;
  /** Follows everything recorded up to now, at once. Throws what kept it from doing so; nothing is lost then. */
  flush(): Promise<void>;
  /** How many changes are recorded and not followed yet. */
  lag(): Promise<number>;
  /** Stops after what is under way. What is left is followed after the next start. */
  close(): Promise<void>;
}

const CHANGES_PER_PAGE = 256;
/** Between two pages, while nobody waits for them: pushes lost a fifth of their speed without it. */
const PAUSE_MS = 300;
/** Pushes are a fifth faster while nobody else syncs files. */
const QUIET_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/**
 * Each transaction that changes a fact records which one. The trail looks up what holds now, makes the link say so,
 * and only then forgets the record, so a crash anywhere means that it is done again, to the same effect.
 * There must be one trail for a root, or an older state could be written over a newer one: hold the root's lock.
 */
export function createTrail(options: {
  db: Database<DistributionTables>;
  blobs: BlobStore;
  tree: LinkTree;
  log: Logger;
  now?: () => number;
}): Trail {
  const { db, log, now = steadyNow } = options;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let waitsSince = 0;
  let failures = 0;
  /** How many callers wait for the end. */
  let flushes = 0;
  let endPause = () => {};

  /** Tries every change once: one that cannot be followed does not hold up those after it. */
  async function followAll(): Promise<void> {
    let failure: Error | undefined;
    for (let after = 0; !isClosed; ) {
      const changes = await listTreeChanges(db.reads, { after, limit: CHANGES_PER_PAGE });
      const end = changes.at(-1);
      if (end === undefined) break;
      after = end.id;
      const facts = groupByFact(changes);
      const errors = await followChanges(
        options,
        facts.map(({ change }) => change),
      );
      failure ??= errors.find((error) => error !== undefined);
      const done = facts.flatMap(({ ids }, index) => (errors[index] ? [] : ids));
      if (done.length > 0) await db.transaction((trx) => removeTreeChanges(trx, done));
      await pause();
    }
    if (failure) throw failure;
  }

  function pause(): Promise<void> | undefined {
    if (flushes > 0 || isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const due = setTimeout(resolve, PAUSE_MS).unref();
    endPause = () => {
      clearTimeout(due);
      resolve();
    };
    return promise;
  }

  async function attempt(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    try {
      await followAll();
      if (failures > 0) log.info({ failures }, 'the link tree follows the database again');
      failures = 0;
    } catch (error) {
      if (failures === 0) {
        log.error(
          { err: error },
          'the link tree cannot follow the database now; nothing is lost, trying again',
        );
      }
      const delayMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
      failures += 1;
      runLater(delayMs);
      throw error;
    }
  }

  function run(): Promise<void> {
    const next = last.then(attempt);
    last = next.catch(() => {});
    return next;
  }

  async function flush(): Promise<void> {
    flushes += 1;
    endPause();
    try {
      await run();
    } finally {
      flushes -= 1;
    }
  }

  /** Once at a time: while a retry is due, each push would only knock at a disk that is known to refuse. */
  function runLater(delayMs: number): void {
    if (timer !== undefined || isClosed) return;
    // `attempt` has logged a failure and tries again; nobody waits here to be told.
    timer = setTimeout(() => run().catch(() => {}), delayMs).unref();
  }

  function poke(): void {
    if (timer === undefined) {
      waitsSince = now();
      runLater(QUIET_MS);
    } else if (failures === 0 && now() - waitsSince < LONGEST_WAIT_MS - QUIET_MS) {
      clearTimeout(timer);
      timer = undefined;
      runLater(QUIET_MS);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(timer);
    endPause();
    await last;
  }

  return {
    poke,
    flush,
    lag: () => countTreeChanges(db.reads),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A fact changed several times is followed once: what counts is how it is now. */
function groupByFact(
  changes: readonly (TreeChange & { id: number })[],
): { change: TreeChange; ids: number[] }[] {
  const groups = new Map<string, { change: TreeChange; ids: number[] }>();
  for (const change of changes) {
    const key = `${change.repository} ${change.kind} ${change.name}`;
    const group = groups.get(key);
    if (group) group.ids.push(change.id);
    else groups.set(key, { change, ids: [change.id] });
  }
  return [...groups.values()];
}
