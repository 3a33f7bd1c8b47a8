import { sql } from 'kysely';
import type { Actor } from '../../http/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import { readableCondition } from '../search/readable-condition.ts';
import type { HubPage } from './hub-page.ts';
import { OFFICIAL } from './hub-route.ts';

export interface NamespaceEntry {
  readonly id: number;
  readonly name: RepositoryName;
  readonly description: string;
  readonly is_public: number;
  readonly stars: number;
  readonly pulls: number;
  /** Milliseconds since the Unix epoch. */
  readonly updated_at: number;
}

/** `last_updated` is the newest first on Docker Hub, against its own documentation, and so tools send it. */
const orders = {
  last_updated: sql`e.updated_at DESC, e.name`,
  '-last_updated': sql`e.updated_at, e.name`,
  name: sql`e.name`,
  '-name': sql`e.name DESC`,
  pull_count: sql`e.pulls, e.name`,
  '-pull_count': sql`e.pulls DESC, e.name`,
} as const;

/** What search knows of a namespace and `actor` may read: a moment behind a push, and without what is still empty. */
export async function listNamespace(
  { db, access }: HubContext,
  query: {
    namespace: string;
    actor: Actor | undefined;
    page: HubPage;
    ordering: string | null;
    containing: string | null;
  },
): Promise<{ count: number; entries: NamespaceEntry[] }> {
  const { reads } = db;
  const readable = await readableCondition(reads, await access.findReadable(query.actor));
  const namespace = query.namespace === OFFICIAL ? '' : query.namespace;
  const conditions = [
    sql`e.namespace = ${namespace}`,
    ...(readable.sql ? [readable.sql] : []),
    ...(query.containing ? [sql`instr(e.name, ${query.containing}) > 0`] : []),
  ];
  const where = sql.join(conditions, sql` AND `);
  const order = Object.entries(orders).find(([name]) => name === query.ordering)?.[1] ?? orders.last_updated;
  const { limit, offset } = query.page;
  const counted = await sql<{
    count: number;
  }>`SELECT count(*) AS count FROM search_entry AS e WHERE ${where}`.execute(reads);
  const { rows } = await sql<NamespaceEntry>`
    SELECT e.id, e.name, e.description, e.is_public, e.stars, e.pulls, e.updated_at
    FROM search_entry AS e WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`.execute(reads);
  return { count: counted.rows[0]?.count ?? 0, entries: rows };
}
