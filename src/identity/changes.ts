import type { Transaction } from 'kysely';
import type { Database } from '../db/index.ts';
import type { IdentityTables } from './tables.ts';

/** The way to change who is who: whatever was remembered of it is not used any more from the commit on. */
export interface Changes {
  transaction<Result>(work: (trx: Transaction<IdentityTables>) => Promise<Result>): Promise<Result>;
  /** Another number after each change. */
  version(): number;
  /** Forgets what was remembered: somebody else's transaction changed accounts. */
  forget(): Promise<void>;
}

export function createChanges(options: {
  readonly db: Database<IdentityTables>;
  /** For others that remember something about accounts. */
  readonly onChange: () => Promise<void>;
}): Changes {
  let version = 0;
  const forget = async () => {
    version += 1;
    await options.onChange();
  };
  return {
    async transaction(work) {
      try {
        return await options.db.transaction(work);
      } finally {
        // After a failure too: a commit whose answer was lost may have happened.
        await forget();
      }
    },
    version: () => version,
    forget,
  };
}
