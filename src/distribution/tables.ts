import { type Generated, sql } from 'kysely';
import type { Migration } from '../db/index.ts';
import { type JobTables, jobMigrations } from '../jobs/index.ts';
import type { Digest, RepositoryName, Tag } from '../oci/index.ts';

/** Times are milliseconds since the Unix epoch, sizes are bytes. */
export interface DistributionTables extends JobTables {
  repository: {
    id: Generated<number>;
    name: RepositoryName;
    /** 1 once a manifest was ever pushed: only then is it in the catalog and has a tag list, as in registry:2. */
    listed: number;
    created_at: number;
  };
  /** A blob is readable only through a repository that has a row here. */
  repository_blob: {
    repository_id: number;
    digest: Digest;
    size_bytes: number;
    linked_at: number;
  };
  /** Manifest bytes, exactly as pushed, once for all repositories. */
  manifest_content: {
    digest: Digest;
    content: Uint8Array;
  };
  repository_manifest: {
    repository_id: number;
    digest: Digest;
    media_type: string;
    size_bytes: number;
    artifact_type: string | null;
    subject_digest: Digest | null;
    /** JSON object of strings, for the referrers API. */
    annotations: string | null;
    pushed_at: number;
  };
  tag: {
    repository_id: number;
    name: Tag;
    digest: Digest;
    updated_at: number;
  };
  /** What the link files on disk have not followed yet (see tree/trail.ts). */
  tree_change: {
    id: Generated<number>;
    repository: RepositoryName;
    kind: 'layer' | 'revision' | 'tag';
    /** A digest, or a tag's name. */
    name: string;
  };
  /** Small facts about the whole registry, such as how far an adoption got. */
  registry_state: {
    key: string;
    value: string;
  };
}

/** Their rows are made anew by a rebuild; those of other owners are copied. */
export const distributionTableNames: readonly (keyof DistributionTables)[] = [
  'repository',
  'repository_blob',
  'manifest_content',
  'repository_manifest',
  'tag',
  'tree_change',
  'registry_state',
];

export const distributionMigrations: readonly Migration[] = [
  // Its facts are written together with their events.
  ...jobMigrations,
  {
    name: 'distribution-001-registry',
    async up(db) {
      for (const statement of [
        sql`CREATE TABLE repository (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, listed INTEGER NOT NULL, created_at INTEGER NOT NULL)`,
        // The catalog reads this alone: it stays flat however many repositories hold nothing but blobs.
        sql`CREATE INDEX repository_listed ON repository (name) WHERE listed = 1`,
        sql`CREATE TABLE repository_blob (
          repository_id INTEGER NOT NULL REFERENCES repository (id), digest TEXT NOT NULL,
          size_bytes INTEGER NOT NULL, linked_at INTEGER NOT NULL,
          PRIMARY KEY (repository_id, digest)) WITHOUT ROWID`,
        sql`CREATE INDEX repository_blob_digest ON repository_blob (digest)`,
        sql`CREATE TABLE manifest_content (digest TEXT PRIMARY KEY, content BLOB NOT NULL)`,
        // With a rowid, and annotations last: they may be megabytes, and in a table that is an index itself each
        // comparison of keys would read them.
        sql`CREATE TABLE repository_manifest (
          repository_id INTEGER NOT NULL REFERENCES repository (id),
          digest TEXT NOT NULL REFERENCES manifest_content (digest),
          media_type TEXT NOT NULL, size_bytes INTEGER NOT NULL, artifact_type TEXT, subject_digest TEXT,
          pushed_at INTEGER NOT NULL, annotations TEXT,
          PRIMARY KEY (repository_id, digest))`,
        sql`CREATE INDEX repository_manifest_subject ON repository_manifest (repository_id, subject_digest, digest)
          WHERE subject_digest IS NOT NULL`,
        sql`CREATE INDEX repository_manifest_digest ON repository_manifest (digest)`,
        sql`CREATE TABLE tag (
          repository_id INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, updated_at INTEGER NOT NULL,
          PRIMARY KEY (repository_id, name),
          FOREIGN KEY (repository_id, digest) REFERENCES repository_manifest (repository_id, digest)) WITHOUT ROWID`,
        sql`CREATE INDEX tag_digest ON tag (repository_id, digest)`,
        sql`CREATE TABLE tree_change (
          id INTEGER PRIMARY KEY, repository TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL)`,
        sql`CREATE TABLE registry_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
      ]) {
        await statement.execute(db);
      }
    },
  },
];
