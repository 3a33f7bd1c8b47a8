import type { Actor } from '../http/index.ts';
import { namespaceOf, OciError, type RepositoryName } from '../oci/index.ts';
import type { AccessTransaction, Accounts } from './accounts.ts';
import type { Authorizer } from './authorizer.ts';
import { removeRedirects } from './store/redirects.ts';
import { findDefaultVisibility, findRepository, putRepository } from './store/repositories.ts';
import { countChange } from './store/version.ts';
import type { Visibility } from './tables.ts';

export interface RepositoryHooks {
  /**
   * Writes who may see a repository, in the transaction that makes it. Throws `OciError` DENIED, and so undoes it,
   * when its namespace has gone since the push was allowed, or never was.
   */
  onRepositoryCreated(
    trx: AccessTransaction,
    repository: {
      readonly name: RepositoryName;
      readonly actor: Actor | undefined;
      readonly now: number;
      readonly visibility?: Visibility;
    },
  ): Promise<void>;
}

export function createRepositoryHooks(context: {
  readonly accounts: Accounts;
  readonly authorizer: Authorizer;
}): RepositoryHooks {
  return {
    async onRepositoryCreated(trx, { name, actor, now, visibility }) {
      const namespaceName = namespaceOf(name);
      const namespace =
        namespaceName === undefined ? undefined : await context.accounts.findIn(trx, namespaceName);
      if (namespaceName !== undefined && !namespace) {
        throw new OciError(
          'DENIED',
          `There is no user and no organisation ${namespaceName}. Make the organisation first.`,
        );
      }
      const known = await findRepository(trx, name);
      const fallback = namespace ? await findDefaultVisibility(trx, namespace.id) : 'private';
      await putRepository(trx, {
        repository: name,
        visibility: visibility ?? known?.visibility ?? fallback,
        createdBy: actor?.accountId ?? null,
        now,
      });
      const redirects = await removeRedirects(trx, name);
      await countChange(trx);
      if (redirects !== undefined) context.authorizer.forgetRedirect(name, redirects);
    },
  };
}
