import { type AccessTables, accessMigrations } from '../access/index.ts';
import { type AuditTables, auditMigrations } from '../audit/index.ts';
import type { Database, Migration } from '../db/index.ts';
import { type DistributionTables, distributionMigrations } from '../distribution/index.ts';
import { type HubTables, hubMigrations } from '../hub/index.ts';
import {
  type IdentityTables,
  identityMigrations,
  type TokenServiceTables,
  tokenServiceMigrations,
} from '../identity/index.ts';
import { type JobTables, jobMigrations } from '../jobs/index.ts';
import { type RestTables, restMigrations } from '../rest/index.ts';

/** Everything in the database, whoever owns it. */
export type LadingTables = DistributionTables &
  JobTables &
  IdentityTables &
  TokenServiceTables &
  AccessTables &
  HubTables &
  AuditTables &
  RestTables;

/** The whole schema: whoever opens the database knows every step of it, or takes it for a newer program's. */
export const migrations: readonly Migration[] = [
  // Those of the outbox are among distribution's, too, which writes to it.
  ...new Set([
    ...distributionMigrations,
    ...jobMigrations,
    ...identityMigrations,
    ...tokenServiceMigrations,
    ...accessMigrations,
    ...hubMigrations,
    ...auditMigrations,
    ...restMigrations,
  ]),
];

/** The same database, as the owner of some of its tables sees it. */
export function tablesOf<Tables>(db: Database<LadingTables>): Database<Tables> {
  return db as unknown as Database<Tables>;
}
