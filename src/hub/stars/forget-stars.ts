import type { Transaction } from 'kysely';
import { appendEvent } from '../../jobs/index.ts';
import type { HubTables } from '../tables.ts';

/**
 * In the transaction that deletes an account: takes its stars back. Events let search count anew what had them. `at`:
 * milliseconds since the Unix epoch.
 */
export async function forgetStars(
  trx: Transaction<HubTables>,
  { accountId, at }: { accountId: number; at: number },
): Promise<void> {
  const gone = await trx
    .deleteFrom('star')
    .where('account_id', '=', accountId)
    .returning('repository')
    .execute();
  for (const { repository } of gone) {
    await appendEvent(trx, { type: 'repository.changed', repository, actor: null, at });
  }
}
