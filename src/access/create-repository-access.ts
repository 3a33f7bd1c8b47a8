import type { Actor } from '../http/index.ts';
import type { RepositoryName } from '../oci/index.ts';
import { changeAccess } from './change-access.ts';
import type { AccessContext } from './context.ts';
import { loadPolicy } from './decide/policy.ts';
import { compilePattern, type Pattern, wholeNamespace } from './pattern.ts';
import { findRepository, putRepository } from './store/repositories.ts';
import type { Visibility } from './tables.ts';

/** What somebody may read, for lists that must not ask about each repository. */
export interface ReadableRepositories {
  readonly all: boolean;
  readonly publicOnes: boolean;
  /** These, public or not. */
  readonly patterns: readonly Pattern[];
  /** Nothing but these: what a token is limited to. Undefined for no limit. */
  readonly within: readonly Pattern[] | undefined;
}

/** Who may see which repositories, for those who show them. */
export function createRepositoryAccess(
  context: Pick<AccessContext, 'db' | 'accounts' | 'authorizer' | 'clock'>,
) {
  const { reads } = context.db;

  return {
    mode: 'accounts',

    /** Private when nobody said otherwise. */
    async findVisibility(name: RepositoryName): Promise<Visibility> {
      return (await findRepository(reads, name))?.visibility ?? 'private';
    },

    async findReadable(actor: Actor | undefined): Promise<ReadableRepositories> {
      if (actor?.accountId === undefined) {
        return { all: false, publicOnes: true, patterns: [], within: undefined };
      }
      const { scope } = actor.credential;
      const readable = scope?.actions.includes('pull') === false ? [] : scope?.repositories;
      const within = readable?.map(compilePattern);
      if (actor.isAdministrator) return { all: true, publicOnes: true, patterns: [], within };
      const patterns = await givenTo(actor.accountId);
      if (actor.kind === 'user') patterns.push(wholeNamespace(actor.name));
      return { all: false, publicOnes: true, patterns: patterns.map(compilePattern), within };
    },

    async setVisibility(change: {
      name: RepositoryName;
      visibility: Visibility;
      actor: Actor | undefined;
    }): Promise<void> {
      const { name: repository, visibility, actor } = change;
      await changeAccess(context, (trx) =>
        putRepository(trx, {
          repository,
          visibility,
          createdBy: actor?.accountId ?? null,
          now: context.clock.now(),
        }),
      );
    },
  };

  async function givenTo(accountId: number): Promise<string[]> {
    const policy = await loadPolicy(reads, accountId);
    const namespaces = await context.accounts.list([...policy.keys()].slice(0, 1000));
    return namespaces.flatMap(({ id, name }) =>
      (policy.get(id) ?? [])
        .filter((rule) => rule.actions.has('repository:pull'))
        .map((rule) => {
          const given = rule.describe(name);
          return given.kind === 'grant' ? given.pattern : wholeNamespace(name);
        }),
    );
  }
}
