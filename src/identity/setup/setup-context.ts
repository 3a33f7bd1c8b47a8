import type { Database } from '../../db/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { AuditTrail } from '../../rest/index.ts';
import type { IdentityTables } from '../tables.ts';

/** What is done on the data root, before or without a server. */
export interface SetupContext {
  readonly db: Database<IdentityTables>;
  readonly clock: Clock;
  readonly audit: AuditTrail;
}
