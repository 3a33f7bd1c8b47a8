import { createPublicKey, type KeyObject } from 'node:crypto';
import { type JWSHeaderParameters, jwtVerify } from 'jose';
import { type Clock, createExpiringCache } from '../../kernel/index.ts';
import { keyIdsOf } from './key-ids.ts';
import type { TrustedKeys } from './trusted-keys.ts';
import { findChainKey } from './verify-chain.ts';

/** Between the clocks of two servers, as distribution allows. */
const LEEWAY_SECONDS = 60;
/** What the listener takes as headers at most. */
const MAX_TOKEN_LENGTH = 64 * 1024;
const CACHE_SIZE = 16 * 1024 * 1024;
/** Without `HS*`, which would take a public key for a shared secret, and without `none`. */
const SAFE_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];

/** What a good token says. */
export interface ExternalToken {
  /** Empty for anybody. */
  readonly subject: string;
  grants(type: string, name: string, action: string): boolean;
}

export interface ExternalTokenVerifier {
  /** Undefined for whatever is not a good token now, for whatever reason. */
  verify(token: string): Promise<ExternalToken | undefined>;
}

/** Verifies the tokens of a token server as distribution does (clients.md 3.6), and remembers which were good. */
export function createExternalTokenVerifier(options: {
  readonly keys: TrustedKeys;
  readonly issuer: string;
  readonly service: string;
  readonly algorithms: readonly string[] | undefined;
  readonly clock: Clock;
}): ExternalTokenVerifier {
  const { keys, issuer, service, algorithms = SAFE_ALGORITHMS, clock } = options;
  const good = createExpiringCache<ExternalToken>({ clock, maxSize: CACHE_SIZE });

  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined;
      const known = good.get(token);
      if (known) return known;
      try {
        const { payload } = await jwtVerify(token, findKey, {
          algorithms: [...algorithms],
          issuer,
          audience: service,
          clockTolerance: LEEWAY_SECONDS,
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp'],
        });
        const verified = toExternalToken(payload);
        good.set(token, verified, ((payload.exp ?? 0) + LEEWAY_SECONDS) * 1000);
        return verified;
      } catch {
        // Whatever does not parse is not good either: certificates and keys in a header are a stranger's.
        return undefined;
      }
    },
  };

  /** In distribution's order. What a header brings along counts only when it is known or leads to what is known. */
  function findKey({ x5c, jwk, kid }: JWSHeaderParameters): KeyObject {
    const key =
      x5c !== undefined
        ? findChainKey({ x5c, trusted: keys.certificates, now: clock.now() })
        : jwk !== undefined
          ? keyIdsOf(createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' })).flatMap(
              (id) => keys.byId.get(id) ?? [],
            )[0]
          : keys.byId.get(kid ?? '');
    if (!key) throw new Error('no trusted key');
    return key;
  }
}

function toExternalToken({ sub, access }: { sub?: unknown; access?: unknown }): ExternalToken {
  const granted = new Map<string, Set<string>>();
  for (const entry of listOf(access)) {
    const { type, name, actions } = Object(entry);
    const key = `${textOf(type)}:${textOf(name)}`;
    granted.set(key, new Set([...(granted.get(key) ?? []), ...listOf(actions).map(textOf)]));
  }
  return {
    subject: sub === undefined ? '' : textOf(sub),
    grants(type, name, action) {
      const actions = granted.get(`${type}:${name}`);
      return actions !== undefined && (actions.has(action) || actions.has('*'));
    },
  };
}

/** Absent and null are empty, as in Go. Throws for anything else. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a text');
  return value;
}
