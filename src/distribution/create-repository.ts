import type { Transaction } from 'kysely';
import type { DistributionContext } from './context.ts';
import { ensureRepository } from './ensure-repository.ts';
import type { NewRepository } from './ports.ts';
import { findRepositoryId } from './store/repositories.ts';
import type { DistributionTables } from './tables.ts';

/**
 * Makes an empty repository and, in the same transaction, what `also` writes about it. Answers false, having changed
 * nothing, when there is one of that name.
 */
export async function createRepository(
  context: DistributionContext,
  repository: Omit<NewRepository, 'now'>,
  also: (trx: Transaction<DistributionTables>) => Promise<void>,
): Promise<boolean> {
  const now = context.clock.now();
  const isNew = await context.db.transaction(async (trx) => {
    if ((await findRepositoryId(trx, repository.name)) !== undefined) return false;
    await ensureRepository(context, trx, { ...repository, now });
    await also(trx);
    return true;
  });
  if (isNew) context.onEvents?.();
  return isNew;
}
