import type { RepositoryName } from '../oci/index.ts';
import type { AccessTransaction } from './accounts.ts';

/** What is asked of whoever keeps the content of repositories. In the transaction that changes the rights. */
export interface RepositoryMover {
  exists(trx: AccessTransaction, name: RepositoryName): Promise<boolean>;
  /** Whether there is a repository whose name begins with `NAMESPACE/`. */
  existsBelow(trx: AccessTransaction, namespace: string): Promise<boolean>;
  /**
   * Moves everything, when there is anything; nothing to move is no failure. False, having changed nothing, when
   * something is at `to` already.
   */
  rename(trx: AccessTransaction, from: RepositoryName, to: RepositoryName): Promise<boolean>;
  /** Removes every tag, manifest and link to a blob; blobs stay for others. Answers whether there was anything. */
  remove(trx: AccessTransaction, name: RepositoryName): Promise<boolean>;
  /** After the commit. */
  onMoved(): void;
}
