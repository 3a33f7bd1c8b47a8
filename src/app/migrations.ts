import { distributionMigrations } from '../distribution/index.ts';
import { hubMigrations } from '../hub/index.ts';

/** The whole schema: whoever opens the database knows every step of it, or takes it for a newer program's. */
export const migrations = [...distributionMigrations, ...hubMigrations];
