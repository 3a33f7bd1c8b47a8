import type { Database } from '../db/index.ts';
import type { Call, RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { ApiRoute } from './api-route.ts';
import { docsRoutes } from './docs/docs-routes.ts';
import { createIdempotency } from './idempotency/create-idempotency.ts';
import { createRateLimiter } from './limits/create-rate-limiter.ts';
import { type Limits, limitedRoute } from './limits/limited-route.ts';
import type { RestTables } from './tables.ts';

/** Generous: they stop programs that have gone wild, not people. Logins and tokens are slowed by identity. */
const LIMITS: Limits = { known: { perMinute: 3000 }, anybody: { perMinute: 600 } };

/**
 * All of the API as it is mounted: `routes`, and the pages that describe them, each with its limits, creates with
 * `Idempotency-Key`. Routes without a contract (searches and lists in the words of others) have a part of the same
 * limits and nothing else.
 */
export function restRoutes(options: {
  routes: readonly RouteRecord[];
  /** Of this program. */
  version: string;
  db: Database<RestTables>;
  clock: Clock;
  log: Logger;
  limits?: Limits;
}): RouteRecord[] {
  const { routes, version, clock, limits = LIMITS } = options;
  const limiter = createRateLimiter(clock);
  const idempotency = createIdempotency(options);

  const api = docsRoutes(routes.filter(isApi), version).map((route) => {
    const isCreate = route.method === 'POST' && route.contract.status === 201;
    return isCreate ? { ...route, handle: (call: Call) => idempotency.run(call, route) } : route;
  });
  const others = routes.filter((route) => !isApi(route));
  return [...others, ...api].map((route) => limitedRoute(route, { limiter, limits }));
}

function isApi(route: RouteRecord): route is ApiRoute {
  return 'contract' in route;
}
