import type { BlobStore } from '../../blob/index.ts';
import type { Database } from '../../db/index.ts';
import type { DistributionTables } from '../tables.ts';
import type { Finding } from './finding.ts';

/** What the parts of a check share. */
export interface CheckContext {
  readonly db: Database<DistributionTables>;
  readonly blobs: BlobStore;
  readonly isRepairing: boolean;
  readonly signal: AbortSignal | undefined;
  found(finding: Finding): void;
}
