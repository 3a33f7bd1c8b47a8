import type { Clock } from '../../kernel/index.ts';

export interface RateLimit {
  /** How many requests may come at once; as many come back in a minute. */
  readonly perMinute: number;
}

export interface Allowance {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until all may come at once again; when refused, until the next one may. */
  readonly resetSeconds: number;
}

export interface RateLimiter {
  take(key: string, limit: RateLimit): Allowance;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Bounds memory to some megabytes. Who asks from more places than that is forgotten, the longest silent first. */
const MAX_BUCKETS = 20_000;

/** Token buckets in memory, one a key. A bucket that is full again need not be remembered. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const buckets = new Map<string, Bucket>();

  function forgetOldest(): void {
    for (const key of buckets.keys()) {
      buckets.delete(key);
      if (buckets.size < MAX_BUCKETS) return;
    }
  }

  return {
    take(key, { perMinute }) {
      const now = clock.now();
      const perMs = perMinute / 60_000;
      const known = buckets.get(key);
      // A clock that goes back must not take anything away.
      const elapsedMs = known ? Math.max(0, now - known.at) : 0;
      const available = known ? Math.min(perMinute, known.tokens + elapsedMs * perMs) : perMinute;
      const isAllowed = available >= 1;
      const tokens = isAllowed ? available - 1 : available;
      // Put in anew, so that the first of the map has been silent the longest.
      buckets.delete(key);
      if (buckets.size >= MAX_BUCKETS) forgetOldest();
      buckets.set(key, { tokens, at: now });
      const missing = isAllowed ? perMinute - tokens : 1 - tokens;
      return {
        isAllowed,
        limit: perMinute,
        remaining: Math.floor(tokens),
        resetSeconds: Math.ceil(missing / perMs / 1000),
      };
    },
  };
}
