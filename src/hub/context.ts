import type { Database } from '../db/index.ts';
import type { DistributionContext } from '../distribution/index.ts';
import type { AuditTrail } from '../rest/index.ts';
import type { RepositoryAccess } from './repository-access.ts';
import type { HubTables } from './tables.ts';

/** What the hub works with. `distribution` is over the same database. */
export interface HubContext {
  readonly db: Database<HubTables>;
  readonly distribution: DistributionContext;
  readonly access: RepositoryAccess;
  readonly audit: AuditTrail;
}
