import type { Transaction } from 'kysely';
import type { AccessContext } from './context.ts';
import { countChange } from './store/version.ts';
import type { AccessTables } from './tables.ts';

export type Trx = Transaction<AccessTables>;

/**
 * One change of rights. When it resolves it is durable, and no decision of this process is made without it; other
 * processes on the same database see it within half a second.
 */
export async function changeAccess<Result>(
  context: Pick<AccessContext, 'db' | 'authorizer'>,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  const result = await context.db.transaction(async (trx) => {
    const done = await work(trx);
    await countChange(trx);
    return done;
  });
  await context.authorizer.invalidate();
  return result;
}
