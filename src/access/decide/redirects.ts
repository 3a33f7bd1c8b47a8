import type { Kysely } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import type { AccessTables } from '../tables.ts';

/** Old names of repositories that were renamed, all in memory: they are looked at in each pull. */
export interface Redirects {
  resolve(name: RepositoryName): RepositoryName;
  /**
   * A repository of this name is being made anew. What is read is from before the commit as long as the number of
   * redirects is below `version`; `until`: when to take it that there is no commit any more.
   */
  forget(name: RepositoryName, commit: Commit): void;
  /** `version` and `now`: no later than what is read. */
  load(version: number, now: number): Promise<void>;
  /** Whether a name is left out of which it is not known yet whether its transaction was committed. */
  isUnsure(): boolean;
}

interface Commit {
  readonly version: number;
  readonly until: number;
}

export function createRedirects(db: Kysely<AccessTables>): Redirects {
  let targets = new Map<string, RepositoryName>();
  const forgotten = new Map<RepositoryName, Commit>();
  return {
    resolve: (name) => targets.get(name) ?? name,
    forget(name, commit) {
      targets.delete(name);
      forgotten.set(name, commit);
    },
    async load(version, now) {
      const rows = await db.selectFrom('repository_redirect').selectAll().execute();
      targets = new Map(rows.map((row) => [row.name, row.target as RepositoryName]));
      for (const [name, commit] of forgotten) {
        if (version < commit.version && now < commit.until) targets.delete(name);
        else forgotten.delete(name);
      }
    },
    isUnsure: () => forgotten.size > 0,
  };
}
