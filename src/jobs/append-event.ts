import { CompiledQuery, type Transaction } from 'kysely';
import type { RegistryEvent } from './event.ts';
import type { JobTables } from './tables.ts';

/**
 * Notes what happened in the transaction that makes it so: either both are there after a crash or neither.
 * Poke the runner after the commit. One statement that needs no building: it is on the path of every push.
 */
export async function appendEvent<Tables extends JobTables>(
  trx: Transaction<Tables>,
  event: RegistryEvent,
): Promise<void> {
  await trx.executeQuery(CompiledQuery.raw('INSERT INTO event (body) VALUES (?)', [JSON.stringify(event)]));
}
