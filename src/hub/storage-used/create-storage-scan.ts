import { setImmediate } from 'node:timers/promises';
import { type BlobLink, listBlobLinks } from '../../distribution/index.ts';
import { namespaceOf } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';

/** All in bytes, save the counts. */
export interface Usage {
  /** The blobs of each repository, added up. */
  logicalBytes: number;
  /** Of blobs that nobody else has, each counted once. */
  ownBytes: number;
  sharedBytes: number;
  blobs: number;
  repositories: number;
}

export interface StorageUsage {
  /** Milliseconds since the Unix epoch. */
  readonly measuredAt: number;
  /** Nobody else: `ownBytes` is what one repository alone has, `sharedBytes` what several have. */
  readonly registry: Readonly<Usage>;
  /** By namespace; '' has the repositories of one word. Compared with all others. */
  readonly namespaces: ReadonlyMap<string, Readonly<Usage>>;
}

export interface StorageScan {
  /** As of now where that takes no time, else as of some minutes ago. */
  measure(): Promise<StorageUsage>;
  /** Ends what goes on in the background. */
  close(): Promise<void>;
}

/** Some milliseconds of the event loop. */
const LINKS_PER_STEP = 1000;
/** A scan that took less is waited for. */
const QUICK_MS = 500;
/** At most this part of a core goes into measuring, however often it is asked for. */
const DUTY = 20;

/**
 * Walks over who has which blob, in order of blobs, a piece at a time: nothing needs to be kept up to date on the path
 * of a push, and memory grows with the number of namespaces, and by one number a repository.
 */
export function createStorageScan({ distribution }: Pick<HubContext, 'distribution'>): StorageScan {
  const { clock, db } = distribution;
  const stop = new AbortController();
  let last: (StorageUsage & { readonly tookMs: number }) | undefined;
  let running: Promise<StorageUsage> | undefined;

  async function scan(): Promise<StorageUsage> {
    const startedAt = clock.now();
    const totals = createTotals();
    let from: BlobLink | undefined;
    for (;;) {
      const links = await listBlobLinks(db.reads, { from, limit: LINKS_PER_STEP });
      for (const link of links) totals.add(link);
      from = links.at(-1);
      if (links.length < LINKS_PER_STEP) break;
      await setImmediate(undefined, { signal: stop.signal });
    }
    last = { ...totals.finish(), measuredAt: startedAt, tookMs: clock.now() - startedAt };
    return last;
  }

  function start(): Promise<StorageUsage> {
    running ??= scan().finally(() => {
      running = undefined;
    });
    // Where the old answer is given, nobody waits for this one: it is begun again at the next question.
    running.catch(() => {});
    return running;
  }

  return {
    async measure() {
      if (!last) return start();
      const { tookMs, measuredAt } = last;
      if (clock.now() - measuredAt < DUTY * tookMs) return last;
      const next = start();
      return tookMs < QUICK_MS ? next : last;
    },
    async close() {
      stop.abort();
      // Its end is waited for, not its answer.
      await running?.catch(() => {});
    },
  };
}

const nothing = (): Usage => ({ logicalBytes: 0, ownBytes: 0, sharedBytes: 0, blobs: 0, repositories: 0 });

/** Takes links in order of digest. */
function createTotals() {
  const registry = nothing();
  const namespaces = new Map<string, Usage>();
  const repositories = new Set<number>();
  /** Of the digest that is being read. */
  let digest = '';
  let sizeBytes = 0;
  let holders = 0;
  const holding = new Set<Usage>();

  function finishBlob(): void {
    if (holders === 0) return;
    registry.blobs += 1;
    registry[holders === 1 ? 'ownBytes' : 'sharedBytes'] += sizeBytes;
    for (const namespace of holding) {
      namespace.blobs += 1;
      namespace[holding.size === 1 ? 'ownBytes' : 'sharedBytes'] += sizeBytes;
    }
    holding.clear();
    holders = 0;
  }

  return {
    add(link: BlobLink): void {
      if (link.digest !== digest) {
        finishBlob();
        ({ digest, sizeBytes } = link);
      }
      const namespace = namespaceOf(link.repository) ?? '';
      const usage = namespaces.get(namespace) ?? nothing();
      namespaces.set(namespace, usage);
      if (!repositories.has(link.repositoryId)) {
        repositories.add(link.repositoryId);
        usage.repositories += 1;
        registry.repositories += 1;
      }
      usage.logicalBytes += link.sizeBytes;
      registry.logicalBytes += link.sizeBytes;
      holders += 1;
      holding.add(usage);
    },
    finish() {
      finishBlob();
      return { registry, namespaces };
    },
  };
}
