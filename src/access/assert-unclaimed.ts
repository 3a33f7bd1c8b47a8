import { problem } from '../rest/index.ts';
import type { AccessTransaction } from './accounts.ts';
import type { RepositoryMover } from './repository-mover.ts';
import { leadsFrom } from './store/redirects.ts';
import { hasRepositories } from './store/repositories.ts';

/**
 * In the transaction that makes an account of this name: its holder would own every repository below it, those from
 * before there were accounts too, and what clients still ask for under names that lead elsewhere now. Throws `Problem`
 * conflict when there are any.
 */
export async function assertUnclaimed(
  { mover }: { readonly mover: Pick<RepositoryMover, 'existsBelow'> },
  trx: AccessTransaction,
  name: string,
): Promise<void> {
  const isClaimed =
    (await hasRepositories(trx, name)) ||
    (await leadsFrom(trx, name)) ||
    (await mover.existsBelow(trx, name));
  if (!isClaimed) return;
  throw problem(
    'conflict',
    `There are repositories below ${name}/, or clients that ask for some: whoever has the name would own them. An administrator who means that sends "takes_over_repositories": true (lading: --take-over).`,
  );
}
