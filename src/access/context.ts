import type { Database } from '../db/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { AuditTrail } from '../rest/index.ts';
import type { Accounts } from './accounts.ts';
import type { Authorizer } from './authorizer.ts';
import type { RepositoryMover } from './repository-mover.ts';
import type { AccessTables } from './tables.ts';

/** What every use-case of this folder works with. */
export interface AccessContext {
  readonly db: Database<AccessTables>;
  readonly accounts: Accounts;
  readonly authorizer: Authorizer;
  readonly mover: RepositoryMover;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  /** Told after each commit that appended events. */
  readonly onEvents: () => void;
}
