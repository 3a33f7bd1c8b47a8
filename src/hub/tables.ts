import { sql } from 'kysely';
import type { Migration } from '../db/index.ts';
import type { DistributionTables } from '../distribution/index.ts';

/** Repositories are named, not numbered: their numbers are distribution's own. Times are milliseconds since the epoch. */
export interface HubTables extends DistributionTables {
  /** What people wrote about a repository. */
  repository_profile: {
    repository: string;
    description: string;
    /** Markdown, as written. */
    readme: string;
    /** Made of it by `readme_renderer`; empty when that is no longer so. */
    readme_html: string;
    readme_renderer: string;
    is_official: number;
    updated_at: number;
  };
  repository_category: { repository: string; category: string };
  /** What a repository may be put under. */
  category: { slug: string; title: string };
  /** Of accounts, not of names: whoever has the name later has not starred anything. */
  star: { repository: string; account_id: number; starred_at: number };
  /** How often a repository was pulled and pushed to. */
  repository_activity: {
    repository: string;
    pulls: number;
    pushes: number;
    last_pulled_at: number | null;
    last_pushed_at: number | null;
  };
  tag_activity: {
    repository: string;
    tag: string;
    pulls: number;
    last_pulled_at: number | null;
    last_pushed_at: number | null;
    last_pushed_by: string | null;
  };
  /**
   * A repository as search shows it. Made from the facts of others and can be made anew at any time
   * (search/rebuild-index.ts).
   */
  search_entry: {
    /** Grows from what people most likely look for to what they least likely do: see search/impact-id.ts. */
    id: number;
    /** Stays when `id` changes. */
    serial: number;
    name: string;
    /** The first component of a name of several, else empty. */
    namespace: string;
    /** The last component. */
    base: string;
    is_public: number;
    is_official: number;
    stars: number;
    pulls: number;
    description: string;
    /** When its newest tag moved, or it was made. */
    updated_at: number;
  };
  search_facet: { entry_id: number; kind: string; value: string };
  /** Words one letter short, to find what was mistyped. */
  search_typo: { form: string; word: string };
  hub_state: { key: string; value: string };
}

const categories = [
  ['api-management', 'API management'],
  ['content-management-system', 'Content management system'],
  ['data-science', 'Data science'],
  ['databases-and-storage', 'Databases and storage'],
  ['developer-tools', 'Developer tools'],
  ['integration-and-delivery', 'Integration and delivery'],
  ['internet-of-things', 'Internet of things'],
  ['languages-and-frameworks', 'Languages and frameworks'],
  ['machine-learning-and-ai', 'Machine learning and AI'],
  ['message-queues', 'Message queues'],
  ['monitoring-and-observability', 'Monitoring and observability'],
  ['networking', 'Networking'],
  ['operating-systems', 'Operating systems'],
  ['security', 'Security'],
  ['web-servers', 'Web servers'],
] as const;

export const hubMigrations: readonly Migration[] = [
  {
    name: 'hub-001-profiles-and-search',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE repository_profile (
          repository TEXT PRIMARY KEY, description TEXT NOT NULL, is_official INTEGER NOT NULL,
          updated_at INTEGER NOT NULL, readme TEXT NOT NULL)`,
        sql`CREATE TABLE category (slug TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID`,
        sql`CREATE TABLE repository_category (
          repository TEXT NOT NULL, category TEXT NOT NULL, PRIMARY KEY (repository, category)) WITHOUT ROWID`,
        sql`CREATE INDEX repository_category_category ON repository_category (category)`,
        sql`CREATE TABLE star (
          repository TEXT NOT NULL, account_id INTEGER NOT NULL, starred_at INTEGER NOT NULL,
          PRIMARY KEY (repository, account_id)) WITHOUT ROWID`,
        sql`CREATE INDEX star_account ON star (account_id, starred_at)`,
        sql`CREATE TABLE repository_activity (
          repository TEXT PRIMARY KEY, pulls INTEGER NOT NULL, pushes INTEGER NOT NULL,
          last_pulled_at INTEGER, last_pushed_at INTEGER) WITHOUT ROWID`,
        sql`CREATE TABLE tag_activity (
          repository TEXT NOT NULL, tag TEXT NOT NULL, pulls INTEGER NOT NULL, last_pulled_at INTEGER,
          last_pushed_at INTEGER, last_pushed_by TEXT, PRIMARY KEY (repository, tag)) WITHOUT ROWID`,
        sql`CREATE TABLE search_entry (
          id INTEGER PRIMARY KEY, serial INTEGER NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
          namespace TEXT NOT NULL, base TEXT NOT NULL, is_public INTEGER NOT NULL, is_official INTEGER NOT NULL,
          stars INTEGER NOT NULL, pulls INTEGER NOT NULL, updated_at INTEGER NOT NULL, description TEXT NOT NULL)`,
        sql`CREATE INDEX search_entry_base ON search_entry (base, id)`,
        sql`CREATE INDEX search_entry_namespace ON search_entry (namespace, name)`,
        sql`CREATE TABLE search_facet (
          entry_id INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
          PRIMARY KEY (entry_id, kind, value)) WITHOUT ROWID`,
        sql`CREATE TABLE search_typo (
          form TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (form, word)) WITHOUT ROWID`,
        // Contentless: what is searched is kept once, as an index, and what is shown is in search_entry.
        sql`CREATE VIRTUAL TABLE search_text USING fts5(
          name, description, readme, labels, keys, content = '', contentless_delete = 1,
          tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4')`,
        sql`CREATE VIRTUAL TABLE search_name USING fts5(
          name, content = '', contentless_delete = 1, tokenize = 'trigram')`,
        sql`CREATE TABLE hub_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
      ]) {
        await statement.execute(db);
      }
      await db
        .insertInto('category')
        .values(categories.map(([slug, title]) => ({ slug, title })))
        .execute();
    },
  },
  {
    name: 'hub-002-readme-html',
    async up(db) {
      for (const column of ['readme_html', 'readme_renderer']) {
        await sql`ALTER TABLE repository_profile ADD COLUMN ${sql.ref(column)} TEXT NOT NULL DEFAULT ''`.execute(
          db,
        );
      }
    },
  },
];
