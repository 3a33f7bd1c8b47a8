import type { Database } from '../db/index.ts';
import type { DistributionContext } from '../distribution/index.ts';
import type { AuditTrail } from '../rest/index.ts';
import type { ContentReader } from './content/content-reader.ts';
import type { RepositoryAccess } from './repository-access.ts';
import type { HubTables } from './tables.ts';

/** What the hub is put together from. `distribution` is over the same database. */
export interface HubNeeds {
  readonly db: Database<HubTables>;
  readonly distribution: DistributionContext;
  readonly access: RepositoryAccess;
  readonly audit: AuditTrail;
}

/** What its parts work with. */
export interface HubContext extends HubNeeds {
  /** One for all: what it keeps is bounded once. */
  readonly reader: ContentReader;
}
