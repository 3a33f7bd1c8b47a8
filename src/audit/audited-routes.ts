import { deleteManifest, deleteTag } from '../api/index.ts';
import type { Database } from '../db/index.ts';
import { type Call, Problem, type RouteRecord } from '../http/index.ts';
import { whenReady } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import { type AuditEntry, originOf } from '../rest/index.ts';
import type { AuditLog } from './create-audit-log.ts';
import type { AuditTables } from './tables.ts';
import { isWrite, resourceOf } from './what-of-request.ts';

/** Of the registry's own routes, those that change something and append no event. */
const WITHOUT_EVENT: ReadonlySet<string> = new Set(['blob.delete']);

/** Of the API's, those whose event becomes the line: they carry the request's id there. */
const WITH_EVENT: ReadonlySet<string> = new Set([deleteTag.name, deleteManifest.name]);

/**
 * Routes whose writes leave a line in the log whatever their handler does: a refusal of the handler's own is noted, and
 * a success that recorded nothing is recorded here, before it is answered. That is the net below the handlers, which
 * record what was and what is in the transaction of the change.
 */
export function auditedRoutes<Route extends RouteRecord>(
  routes: readonly Route[],
  options: { audit: AuditLog; db: Database<AuditTables> },
): Route[] {
  return routes.map((route) => (isWrite(route.method) ? audited(route, options) : route));
}

function audited<Route extends RouteRecord>(
  route: Route,
  { audit, db }: { audit: AuditLog; db: Database<AuditTables> },
): Route {
  const isRecorded = route.surface === 'api' ? !WITH_EVENT.has(route.name) : WITHOUT_EVENT.has(route.name);
  const entryOf = (call: Call): AuditEntry => ({
    action: route.name,
    origin: originOf(call),
    resource: resourceOf(route.access(call.params), Object.values(call.params).join('/')),
  });
  return {
    ...route,
    async handle(call: Call) {
      const reply = await whenReady(
        () => route.handle(call),
        (done) => done,
        (error) => {
          const isNoted = audit.hasRefused(call.requestId, route.name);
          if (isRefusal(error) && !isNoted) audit.refused({ ...entryOf(call), reason: error.message });
          throw error;
        },
      );
      if (isRecorded && reply.status < 400 && !audit.hasRecorded(call.requestId)) {
        const entry = entryOf(call);
        await db.transaction((trx) => audit.record(trx, entry));
      }
      return reply;
    },
  };
}

function isRefusal(error: unknown): error is Problem | OciError {
  if (!(error instanceof Problem || error instanceof OciError)) return false;
  return error.status === 401 || error.status === 403 || error.code === 'DENIED';
}
