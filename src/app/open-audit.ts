import {
  type AuditLog,
  type AuditTables,
  auditedRoutes,
  auditRoutes,
  createAuditedGuard,
  createAuditLog,
  createAuditSubscriber,
  createCheckpointFile,
  startAuditUpkeep,
} from '../audit/index.ts';
import { inProtocolTerms } from '../distribution/index.ts';
import type { Guard, RouteRecord } from '../http/index.ts';
import type { Subscriber } from '../jobs/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Settings } from './configuration/index.ts';
import { tablesOf } from './migrations.ts';
import type { Storage } from './storage.ts';

/** The audit log and what of it others need, put together. */
export interface OpenAudit extends AsyncDisposable {
  readonly log: AuditLog;
  readonly routes: readonly RouteRecord[];
  readonly subscribers: readonly Subscriber[];
  /** Notes what changes things, and what was refused. */
  watch(routes: readonly RouteRecord[]): RouteRecord[];
  watchGuard(guard: Guard): Guard;
}

export function openAudit(options: {
  storage: Storage;
  settings: Pick<Settings, 'audit'>;
  clock: Clock;
  log: Logger;
}): OpenAudit {
  const { storage, settings, clock, log } = options;
  const db = tablesOf<AuditTables>(storage.db);
  const checkpoints = storage.root === undefined ? undefined : createCheckpointFile(storage.root);
  const { retentionDays } = settings.audit;
  const upkeep = startAuditUpkeep({ db, checkpoints, retentionDays, clock, log });
  const audit = createAuditLog({ db, clock, log });
  return {
    log: audit,
    routes: auditRoutes(db.reads),
    subscribers: [createAuditSubscriber(clock)],
    watch: (routes) =>
      // What the log could not take is said as what the registry could not.
      auditedRoutes(routes, { audit, db }).map((route) =>
        'contract' in route ? route : inProtocolTerms(route),
      ),
    watchGuard: (guard) => createAuditedGuard(guard, audit),
    async [Symbol.asyncDispose]() {
      await audit.close();
      // What was written last is in the last checkpoint.
      await upkeep.close();
    },
  };
}
