import { randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../../kernel/index.ts';
import type { Holder } from './ports.ts';
import type { SigningKeys } from './signing-keys.ts';

/** One entry of a token's `access` (clients.md 3.6). */
export interface TokenAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a token of ours says. */
export interface RegistryTokenClaims {
  /** Undefined for the token that anybody gets. */
  readonly holder: Holder | undefined;
  /** The device's token that this one came of: revoked, it takes this one along. */
  readonly refreshTokenId: string | undefined;
  readonly access: readonly TokenAccess[];
}

/** In the tokens, for ourselves: everybody else goes by `sub`. */
interface PrivateClaim {
  readonly account: number | null;
  readonly credential: Holder['credential']['kind'];
  readonly id: string | null;
  readonly at: number;
  readonly refresh: string | null;
}

/** Started before this by clocks that are behind ours. */
const BACKDATED_SECONDS = 30;

export interface RegistryTokenOptions {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly issuer: string;
  readonly service: string;
}

/** Signs a token. `audience` is one text: registry:2 reads no list there. Times in seconds since the epoch. */
export async function signRegistryToken(
  options: RegistryTokenOptions & { readonly lifetimeMs: number },
  token: RegistryTokenClaims & { readonly subject: string },
): Promise<{ readonly text: string; readonly issuedAt: number; readonly expiresIn: number }> {
  const { keys, clock, issuer, service, lifetimeMs } = options;
  const { holder, access, subject } = token;
  const key = await keys.getSigningKey();
  const issuedAt = Math.floor(clock.now() / 1000);
  const expiresIn = Math.floor(lifetimeMs / 1000);
  const text = await new SignJWT({ access, ...(holder && { lading: toPrivateClaim(holder, token) }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(service)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt - BACKDATED_SECONDS)
    .setExpirationTime(issuedAt + expiresIn)
    .setJti(randomUUID())
    .sign(key.privateKey);
  return { text, issuedAt, expiresIn };
}

/** What `signRegistryToken` put into a token whose signature is ours. */
export function readRegistryTokenClaims(payload: JWTPayload): RegistryTokenClaims {
  const access = payload.access as readonly TokenAccess[];
  const claim = payload.lading as PrivateClaim | undefined;
  if (!claim) return { holder: undefined, refreshTokenId: undefined, access };
  return {
    holder: {
      accountId: claim.account ?? undefined,
      workload: claim.account === null ? payload.sub : undefined,
      credential: { kind: claim.credential, id: claim.id ?? undefined },
      authenticatedAt: claim.at,
    },
    refreshTokenId: claim.refresh ?? undefined,
    access,
  };
}

function toPrivateClaim(holder: Holder, { refreshTokenId }: RegistryTokenClaims): PrivateClaim {
  return {
    account: holder.accountId ?? null,
    credential: holder.credential.kind,
    id: holder.credential.id ?? null,
    at: holder.authenticatedAt,
    refresh: refreshTokenId ?? null,
  };
}
