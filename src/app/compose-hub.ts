import type { Database } from '../db/index.ts';
import type { DistributionContext, DistributionSettings } from '../distribution/index.ts';
import type { RouteRecord } from '../http/index.ts';
import {
  type ApiLogins,
  createHub,
  createUsage,
  type HubTables,
  type RepositoryAccess,
} from '../hub/index.ts';
import { createEventRunner, type EventRunner, type Subscriber } from '../jobs/index.ts';
import type { AuditTrail } from '../rest/index.ts';

export interface HubParts extends AsyncDisposable {
  /** What the registry works with: what was given, with its pulls counted and its events delivered. */
  readonly distribution: DistributionContext;
  readonly routes: readonly RouteRecord[];
}

/** Puts the hub and the delivery of events around the registry's context. Close it after the listener. */
export async function composeHub(options: {
  distribution: Omit<DistributionContext, 'onEvents' | 'usage'>;
  access: RepositoryAccess;
  audit: AuditTrail;
  switches: Pick<DistributionSettings, 'deleteEnabled' | 'readOnly'>;
  apiLogins: ApiLogins | undefined;
  /** Others who want to hear what happens. */
  subscribers: readonly Subscriber[];
}): Promise<HubParts> {
  const { access, audit, switches, apiLogins } = options;
  const { clock, log } = options.distribution;
  // One database; each part knows its own tables.
  const db = options.distribution.db as unknown as Database<HubTables>;
  await using started = new AsyncDisposableStack();
  let runner: EventRunner | undefined;
  const onEvents = () => runner?.poke();
  const usage = createUsage({ db, clock, log, onEvents });
  const distribution: DistributionContext = { ...options.distribution, onEvents, usage };
  const hub = started.use(createHub({ db, distribution, access, audit }, { switches, apiLogins }));
  runner = started.use(
    createEventRunner({ db, subscribers: [...hub.subscribers, ...options.subscribers], clock, log }),
  );
  started.use(usage);
  await hub.start();
  runner.poke();
  const running = started.move();
  return { distribution, routes: hub.routes, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
