import { problem } from '../rest/index.ts';
import type { AccessTransaction } from './accounts.ts';
import { removeAccountRights as removeRows } from './store/members.ts';
import { hasRepositories } from './store/repositories.ts';
import { countChange } from './store/version.ts';

/**
 * In the transaction that deletes an account: whatever it was given, and as a namespace gave. Throws `Problem`
 * conflict as long as it has repositories: whoever got the name next would own them. Invalidate the authorizer after
 * the commit.
 */
export async function removeAccountRights(
  trx: AccessTransaction,
  account: { readonly id: number; readonly name: string },
): Promise<void> {
  if (await hasRepositories(trx, account.name)) {
    throw problem('conflict', `${account.name} has repositories. Move or delete them first.`);
  }
  await removeRows(trx, account.id);
  await countChange(trx);
}
