import type { RepositoryName } from '../oci/index.ts';
import type { AccessTransaction } from './accounts.ts';

/** What is asked of whoever keeps the content of repositories. Both in the transaction that changes the rights. */
export interface RepositoryMover {
  /** Moves everything, when there is anything. False when there is something at `to` already. */
  rename(trx: AccessTransaction, from: RepositoryName, to: RepositoryName): Promise<boolean>;
  /** Removes every tag, manifest and link to a blob; blobs stay for others. Answers whether there was anything. */
  remove(trx: AccessTransaction, name: RepositoryName): Promise<boolean>;
  /** After the commit. */
  onMoved(): void;
}
