import type { Database } from '../db/index.ts';
import { type Call, Problem, type Reply } from '../http/index.ts';
import type { Clock, Logger, NowOrLater } from '../kernel/index.ts';
import type { ApiRoute } from './api-route.ts';
import { docsRoutes } from './docs/docs-routes.ts';
import { createIdempotency } from './idempotency/create-idempotency.ts';
import { createRateLimiter, type RateLimit } from './limits/create-rate-limiter.ts';
import { limitKey } from './limits/limit-key.ts';
import { problem } from './problem.ts';
import type { RestTables } from './tables.ts';

/** Generous: they stop programs that have gone wild, not people. Logins and tokens are slowed by identity. */
const KNOWN: RateLimit = { perMinute: 3000 };
const ANYBODY: RateLimit = { perMinute: 600 };

/**
 * All of the API as it is mounted: `routes`, and the pages that describe them, each with its limits, creates with
 * `Idempotency-Key`.
 */
export function restRoutes(options: {
  routes: readonly ApiRoute[];
  /** Of this program. */
  version: string;
  db: Database<RestTables>;
  clock: Clock;
  log: Logger;
  limits?: { readonly known: RateLimit; readonly anybody: RateLimit };
}): ApiRoute[] {
  const { version, clock, limits = { known: KNOWN, anybody: ANYBODY } } = options;
  const limiter = createRateLimiter(clock);
  const idempotency = createIdempotency(options);

  const limited = async (call: Call, handle: (call: Call) => NowOrLater<Reply>): Promise<Reply> => {
    const allowance = limiter.take(limitKey(call), call.actor ? limits.known : limits.anybody);
    const headers = {
      'RateLimit-Limit': String(allowance.limit),
      'RateLimit-Remaining': String(allowance.remaining),
      'RateLimit-Reset': String(allowance.resetSeconds),
    };
    if (!allowance.isAllowed) {
      const seconds = String(allowance.resetSeconds);
      const text = `Too many requests: more than ${allowance.limit} in a minute. Ask again in ${seconds} s.`;
      throw problem('too-many-requests', text, { headers: { ...headers, 'Retry-After': seconds } });
    }
    try {
      const reply = await handle(call);
      return { ...reply, headers: { ...headers, ...reply.headers } };
    } catch (error) {
      throw error instanceof Problem ? withHeaders(error, headers) : error;
    }
  };

  return docsRoutes(options.routes, version).map((route) => {
    const isCreate = route.method === 'POST' && route.contract.status === 201;
    const handle = isCreate
      ? (call: Call) => idempotency.run(call, route)
      : (call: Call) => route.handle(call);
    return { ...route, handle: (call) => limited(call, handle) };
  });
}

function withHeaders(error: Problem, headers: Readonly<Record<string, string>>): Problem {
  const { code, message, status, fields } = error;
  return new Problem(code, message, {
    status,
    fields,
    headers: { ...headers, ...error.headers },
    cause: error,
  });
}
