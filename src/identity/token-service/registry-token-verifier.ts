import { type JWSHeaderParameters, jwtVerify } from 'jose';
import type { Actor } from '../../http/index.ts';
import { createExpiringCache } from '../../kernel/index.ts';
import type { Holders } from './ports.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import {
  type RegistryTokenClaims,
  type RegistryTokenOptions,
  readRegistryTokenClaims,
  type TokenAccess,
} from './registry-tokens.ts';

const LEEWAY_SECONDS = 60;
/** Ours are shorter (see `MAX_ACCESS_LENGTH`): what is longer costs no signature check. */
const MAX_TOKEN_LENGTH = 32 * 1024;
const CACHE_SIZE = 16 * 1024 * 1024;

export interface VerifiedRegistryToken {
  /** As of now; undefined for the token that anybody gets. */
  readonly actor: Actor | undefined;
  /** What the token is limited to: never a right by itself. */
  readonly claims: readonly TokenAccess[];
}

export interface RegistryTokenVerifier {
  /** Undefined for whatever is not a good token of ours now, for whatever reason. */
  verify(token: string): Promise<VerifiedRegistryToken | undefined>;
}

/**
 * Verifies our own tokens. Signature and times are checked once for each token and then remembered; who holds it is
 * found out anew at each request, so that a disabled account, a revoked token or device and a changed password count at
 * once, not when the token expires.
 */
export function createRegistryTokenVerifier(
  options: RegistryTokenOptions & {
    readonly holders: Holders;
    readonly refreshTokens: Pick<RefreshTokens, 'isLive'>;
  },
): RegistryTokenVerifier {
  const { keys, clock, issuer, service, holders, refreshTokens } = options;
  const verified = createExpiringCache<RegistryTokenClaims>({ clock, maxSize: CACHE_SIZE });

  return {
    async verify(token) {
      const claims = verified.get(token) ?? (await check(token));
      if (!claims) return undefined;
      const { holder, refreshTokenId, access } = claims;
      if (!holder) return { actor: undefined, claims: access };
      if (refreshTokenId !== undefined && !(await refreshTokens.isLive(refreshTokenId))) return undefined;
      const actor = await holders.findActor(holder);
      return actor && { actor, claims: access };
    },
  };

  async function check(token: string): Promise<RegistryTokenClaims | undefined> {
    if (token.length > MAX_TOKEN_LENGTH) return undefined;
    const payload = await verifySignature(token);
    if (!payload) return undefined;
    const claims = readRegistryTokenClaims(payload);
    verified.set(token, claims, ((payload.exp ?? 0) + LEEWAY_SECONDS) * 1000);
    return claims;
  }

  async function verifySignature(token: string) {
    // What the database says goes wrong is no verdict about the token, and must not become one.
    let failure: unknown;
    const findKey = async ({ kid }: JWSHeaderParameters) => {
      const key = await keys.findPublicKey(kid ?? '').catch((error: unknown) => {
        failure = error;
        throw error;
      });
      if (!key) throw new Error('not a key of ours');
      return key;
    };
    try {
      const { payload } = await jwtVerify(token, findKey, {
        // One algorithm and our own keys alone: nothing that a header says or brings along is followed.
        algorithms: ['ES256'],
        typ: 'JWT',
        issuer,
        audience: service,
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'nbf', 'access'],
      });
      return payload;
    } catch {
      if (failure !== undefined) throw failure;
      return undefined;
    }
  }
}
