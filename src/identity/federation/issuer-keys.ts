import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../kernel/index.ts';
import type { GuardedFetch } from '../oidc/guarded-fetch.ts';
import { OidcError } from '../oidc/oidc-error.ts';

/** A key that its issuer takes back is good for so long at most. */
const MAX_AGE_MS = 10 * 60_000;
/** How often an issuer is asked at most, however many tokens name unknown keys or however broken it is. */
const COOLDOWN_MS = 30_000;
const MAX_ISSUERS = 1_000;

interface Known {
  readonly keys: ReturnType<typeof createLocalJWKSet> | undefined;
  readonly failure: OidcError | undefined;
  readonly at: number;
}

/** The keys with which an issuer signs (OpenID Connect Discovery 1.0), remembered, and fetched again for an unknown one. */
export interface IssuerKeys {
  /** For `jwtVerify`. Throws `OidcError` when the issuer cannot be asked, which is no verdict about a token. */
  of(issuer: string): JWTVerifyGetKey;
}

export function createIssuerKeys(options: {
  readonly fetchFor: (issuer: string) => GuardedFetch;
  readonly clock: Clock;
}): IssuerKeys {
  const { fetchFor, clock } = options;
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<Known>>();

  return {
    of: (issuer) => async (header, token) => {
      const found = await get(issuer, MAX_AGE_MS);
      try {
        return await keysOf(found)(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const again = await get(issuer, COOLDOWN_MS);
        if (again === found) throw error;
        return keysOf(again)(header, token);
      }
    },
  };

  function keysOf({ keys, failure }: Known) {
    if (keys) return keys;
    throw failure ?? new OidcError('unreachable', 'There are no keys.');
  }

  async function get(issuer: string, maxAgeMs: number): Promise<Known> {
    const found = known.get(issuer);
    const age = clock.now() - (found?.at ?? 0);
    if (found && age >= 0 && age < (found.failure ? COOLDOWN_MS : maxAgeMs)) return found;
    const already = underWay.get(issuer);
    if (already) return already;
    const begun = load(issuer).finally(() => underWay.delete(issuer));
    underWay.set(issuer, begun);
    return begun;
  }

  async function load(issuer: string): Promise<Known> {
    const at = clock.now();
    const loaded: Known = await fetchKeys(fetchFor(issuer), issuer).then(
      (keys) => ({ keys, failure: undefined, at }),
      (error: unknown) => ({ keys: undefined, failure: toOidcError(issuer, error), at }),
    );
    known.delete(issuer);
    known.set(issuer, loaded);
    const [oldest] = known.keys();
    if (known.size > MAX_ISSUERS && oldest !== undefined) known.delete(oldest);
    return loaded;
  }
}

async function fetchKeys(fetch: GuardedFetch, issuer: string) {
  const document = await fetchJson(fetch, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  // Discovery 1.0 §4.3: else one issuer's document could hand out keys for another.
  if (document.issuer !== issuer) {
    throw new OidcError('unreachable', `${issuer} calls itself ${String(document.issuer)}.`);
  }
  if (typeof document.jwks_uri !== 'string') throw new OidcError('unreachable', `${issuer} names no keys.`);
  return createLocalJWKSet((await fetchJson(fetch, document.jwks_uri)) as unknown as JSONWebKeySet);
}

async function fetchJson(fetch: GuardedFetch, url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { headers: { Accept: 'application/json' } });
  if (response.status !== 200) throw new OidcError('unreachable', `${url} answered ${response.status}.`);
  const value: unknown = await response.json();
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new OidcError('unreachable', `${url} is not a JSON object.`);
}

function toOidcError(issuer: string, error: unknown): OidcError {
  if (error instanceof OidcError) return error;
  return new OidcError('unreachable', `${issuer} did not answer as it should.`, { cause: error });
}
