import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type AuditFilter, exportAudit, listAudit } from '../api/index.ts';
import type { Call, StreamedBody } from '../http/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, problem } from '../rest/index.ts';
import { findEndOfFormer } from './find-end-of-former.ts';
import { listEntries } from './list-entries.ts';
import type { AuditTables } from './tables.ts';

const position = z.int().min(0);
const LINES_PER_PIECE = 200;
const encoder = new TextEncoder();

/** The audit log in the API, to read. Nothing in the API writes or deletes its lines. */
export function auditRoutes(db: Kysely<AuditTables>): readonly ApiRoute[] {
  return [
    apiRoute(listAudit, {
      access: () => 'authenticated',
      async handle({ query, call }) {
        const { limit, cursor, ...filter } = query;
        const after = await assertMayRead(db, call, filter);
        const beyond = decodeCursor(position, cursor);
        const items = await listEntries(db, { filter, after, order: 'desc', beyond, limit: limit + 1 });
        const isMore = items.length > limit;
        if (isMore) items.pop();
        const last = items.at(-1);
        return { body: { items, ...(isMore && last && { next: encodeCursor(last.sequence) }) } };
      },
    }),
    apiRoute(exportAudit, {
      access: () => 'authenticated',
      async handle({ query, call }) {
        const after = await assertMayRead(db, call, query);
        const headers = { 'Content-Disposition': 'attachment; filename="audit.jsonl"' };
        return { headers, stream: exportBody(db, { filter: query, after, signal: call.signal }) };
      },
    }),
  ];
}

/** Answers the line before the first that may be read: who has a name now does not read of whoever had it before. */
async function assertMayRead(
  db: Kysely<AuditTables>,
  call: Call,
  { namespace }: AuditFilter,
): Promise<number> {
  if (await call.may({ type: 'system', name: 'registry', actions: ['administer'] })) return 0;
  if (
    namespace !== undefined &&
    (await call.may({ type: 'namespace', name: namespace, actions: ['audit'] }))
  ) {
    return findEndOfFormer(db, namespace);
  }
  throw problem(
    'forbidden',
    'The audit log is for administrators. Who has the audit right on a namespace may read its part: add ?namespace=NAME.',
  );
}

/** Reads the next lines when those before have left. */
function exportBody(
  db: Kysely<AuditTables>,
  { filter, after, signal }: { filter: AuditFilter; after: number; signal: AbortSignal },
): StreamedBody {
  return {
    lengthBytes: undefined,
    async writeTo(sink) {
      let beyond: number | undefined = after;
      while (!signal.aborted) {
        const items = await listEntries(db, { filter, after, order: 'asc', beyond, limit: LINES_PER_PIECE });
        if (items.length > 0) {
          await sink.write(encoder.encode(items.map((item) => `${JSON.stringify(item)}\n`).join('')));
        }
        if (items.length < LINES_PER_PIECE) return;
        beyond = items.at(-1)?.sequence;
      }
      signal.throwIfAborted();
    },
    dispose: async () => {},
  };
}
