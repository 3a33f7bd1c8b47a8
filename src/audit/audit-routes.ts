import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type AuditFilter, exportAudit, listAudit } from '../api/index.ts';
import type { Call, StreamedBody } from '../http/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, problem } from '../rest/index.ts';
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
        await assertMayRead(call, filter);
        const beyond = decodeCursor(position, cursor);
        const items = await listEntries(db, { filter, order: 'desc', beyond, limit: limit + 1 });
        const isMore = items.length > limit;
        if (isMore) items.pop();
        const last = items.at(-1);
        return { body: { items, ...(isMore && last && { next: encodeCursor(last.sequence) }) } };
      },
    }),
    apiRoute(exportAudit, {
      access: () => 'authenticated',
      async handle({ query, call }) {
        await assertMayRead(call, query);
        const headers = { 'Content-Disposition': 'attachment; filename="audit.jsonl"' };
        return { headers, stream: exportBody(db, { filter: query, signal: call.signal }) };
      },
    }),
  ];
}

async function assertMayRead(call: Call, { namespace }: AuditFilter): Promise<void> {
  const isAllowed =
    (await call.may({ type: 'system', name: 'registry', actions: ['administer'] })) ||
    (namespace !== undefined && (await call.may({ type: 'namespace', name: namespace, actions: ['audit'] })));
  if (isAllowed) return;
  throw problem(
    'forbidden',
    'The audit log is for administrators. Who has the audit right on a namespace may read its part: add ?namespace=NAME.',
  );
}

/** Reads the next lines when those before have left. */
function exportBody(
  db: Kysely<AuditTables>,
  { filter, signal }: { filter: AuditFilter; signal: AbortSignal },
): StreamedBody {
  return {
    lengthBytes: undefined,
    async writeTo(sink) {
      let beyond: number | undefined;
      while (!signal.aborted) {
        const items = await listEntries(db, { filter, order: 'asc', beyond, limit: LINES_PER_PIECE });
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
