import type { Transaction } from 'kysely';
import { appendEvent } from '../jobs/index.ts';
import type { DistributionContext } from './context.ts';
import type { NewRepository } from './ports.ts';
import { findRepositoryId, insertRepository } from './store/repositories.ts';
import type { DistributionTables } from './tables.ts';

/**
 * The repository's id, made when this is the first thing that comes to it: then its rights and its event are written
 * in the same transaction.
 */
export async function ensureRepository(
  context: DistributionContext,
  trx: Transaction<DistributionTables>,
  repository: NewRepository,
): Promise<number> {
  const { name, actor, now, origin } = repository;
  const known = await findRepositoryId(trx, name);
  if (known !== undefined) return known;
  const id = await insertRepository(trx, name, now);
  await context.hooks?.onRepositoryCreated(trx, repository);
  await appendEvent(trx, {
    type: 'repository.created',
    repository: name,
    actor: actor?.name ?? null,
    at: now,
    origin,
  });
  return id;
}
