import type { Kysely } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import type { AccessTables } from '../tables.ts';

/** Old names of repositories that were renamed, all in memory: they are looked at in each pull. */
export interface Redirects {
  resolve(name: RepositoryName): RepositoryName;
  /** A repository of this name is being made anew. */
  forget(name: RepositoryName): void;
  load(): Promise<void>;
}

export function createRedirects(db: Kysely<AccessTables>): Redirects {
  let targets = new Map<string, RepositoryName>();
  return {
    resolve: (name) => targets.get(name) ?? name,
    forget: (name) => targets.delete(name),
    async load() {
      const rows = await db.selectFrom('repository_redirect').selectAll().execute();
      targets = new Map(rows.map((row) => [row.name, row.target as RepositoryName]));
    },
  };
}
