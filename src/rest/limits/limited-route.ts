import { type Call, Problem, type Reply, type RouteRecord } from '../../http/index.ts';
import { OciError } from '../../oci/index.ts';
import { problem } from '../problem.ts';
import type { Allowance, RateLimit, RateLimiter } from './create-rate-limiter.ts';
import { limitKey } from './limit-key.ts';

export interface Limits {
  /** Of an account, wherever it asks from. */
  readonly known: RateLimit;
  /** Of an address without credentials. */
  readonly anybody: RateLimit;
}

/** The route with what is left told in headers; beyond it, 429 with `Retry-After` in the words of the route. */
export function limitedRoute<Route extends RouteRecord>(
  route: Route,
  { limiter, limits }: { readonly limiter: RateLimiter; readonly limits: Limits },
): Route {
  const isRegistry = (route.errorWords ?? route.surface ?? 'registry') === 'registry';

  async function handle(call: Call): Promise<Reply> {
    const allowance = limiter.take(limitKey(call), call.actor ? limits.known : limits.anybody);
    const headers = {
      'RateLimit-Limit': String(allowance.limit),
      'RateLimit-Remaining': String(allowance.remaining),
      'RateLimit-Reset': String(allowance.resetSeconds),
    };
    if (!allowance.isAllowed) {
      if (isRegistry) throw tooManyRequests(allowance, headers);
      const retry = { ...headers, 'Retry-After': String(allowance.resetSeconds) };
      throw problem('too-many-requests', sentenceOf(allowance), { headers: retry });
    }
    try {
      const reply = await route.handle(call);
      return { ...reply, headers: { ...headers, ...reply.headers } };
    } catch (error) {
      throw error instanceof Problem ? withHeaders(error, headers) : error;
    }
  }

  return { ...route, handle };
}

/** The refusal in the words of the Distribution API, for who asks the limiter himself. */
export function tooManyRequests(
  allowance: Allowance,
  headers: Readonly<Record<string, string>> = {},
): OciError {
  const retry = { ...headers, 'Retry-After': String(allowance.resetSeconds) };
  return new OciError('TOOMANYREQUESTS', sentenceOf(allowance), { headers: retry });
}

function sentenceOf({ limit, resetSeconds }: Allowance): string {
  return `Too many requests: more than ${limit} in a minute. Ask again in ${resetSeconds} s.`;
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
