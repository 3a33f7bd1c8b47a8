import { problem } from '../rest/index.ts';
import type { AccessTransaction, Accounts } from './accounts.ts';
import { listOwnersBeside } from './store/members.ts';

/** Bounds of `Accounts.list` and of the sentence. */
const ACCOUNTS_AT_ONCE = 1000;
const MAX_NAMES = 10;

/**
 * In the transaction that deletes or disables an account: throws `Problem` conflict as long as an organisation would
 * have no owner who can log in.
 */
export async function assertNotLastOwner(
  accounts: Pick<Accounts, 'list'>,
  trx: AccessTransaction,
  account: { readonly id: number; readonly name: string },
): Promise<void> {
  const owned = await listOwnersBeside(trx, account.id);
  if (owned.length === 0) return;
  const others = [...new Set(owned.flatMap(({ ownerId }) => ownerId ?? []))];
  const active = new Set<number>();
  for (let from = 0; from < others.length; from += ACCOUNTS_AT_ONCE) {
    const found = await accounts.list(others.slice(from, from + ACCOUNTS_AT_ONCE));
    for (const { id, isDisabled } of found) if (!isDisabled) active.add(id);
  }
  const kept = new Set(
    owned.flatMap(({ organisationId, ownerId }) => (active.has(ownerId ?? -1) ? organisationId : [])),
  );
  const left = [...new Set(owned.map(({ organisationId }) => organisationId))].filter((id) => !kept.has(id));
  if (left.length === 0) return;
  const names = (await accounts.list(left.slice(0, MAX_NAMES))).map(({ name }) => name).sort();
  const more = left.length > MAX_NAMES ? ` and ${left.length - MAX_NAMES} more` : '';
  throw problem(
    'conflict',
    `${account.name} is the last owner of ${names.join(', ')}${more}. Make somebody else owner there first.`,
  );
}
