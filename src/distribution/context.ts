import type { BlobStore } from '../blob/index.ts';
import type { Database } from '../db/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { RepositoryHooks, Usage } from './ports.ts';
import type { DistributionTables } from './tables.ts';

/** What every use-case of the registry works with. */
export interface DistributionContext {
  readonly blobs: BlobStore;
  readonly db: Database<DistributionTables>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told after each commit that recorded tree changes. */
  readonly onTreeChange: () => void;
  /** Told after each commit that appended events. Nobody waits for them when left out. */
  readonly onEvents?: () => void;
  /** Who else makes a repository what it is (its rights). Nobody when left out. */
  readonly hooks?: RepositoryHooks;
  /** Who counts pulls. Nobody when left out. */
  readonly usage?: Usage;
}
