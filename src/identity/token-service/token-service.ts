import type { Actor } from '../../http/index.ts';
import type { RequestedScope } from './parse-scopes.ts';
import type { Granter, Holder, Holders } from './ports.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { type RegistryTokenOptions, signRegistryToken, type TokenAccess } from './registry-tokens.ts';

/**
 * Of `access` as JSON. A token comes twice in an answer of which clients read 64 KiB, and goes into a header on each
 * request; what is beyond is not granted.
 */
const MAX_ACCESS_LENGTH = 12 * 1024;

/** Who has shown what he is, and when. */
export interface Login {
  readonly actor: Actor;
  readonly authenticatedAt: number;
  readonly refreshTokenId: string | undefined;
  /** Of its tokens; left out for the usual. */
  readonly lifetimeMs?: number;
}

export interface IssuedToken {
  readonly text: string;
  /** Seconds since the epoch, and seconds. */
  readonly issuedAt: number;
  readonly expiresIn: number;
  readonly access: readonly TokenAccess[];
}

export interface TokenService {
  /** A token for as much of `scopes` as is allowed, which may be nothing. `login` undefined: for anybody. */
  issue(login: Login | undefined, scopes: readonly RequestedScope[]): Promise<IssuedToken>;
  /** What a device that sends this secret may act as; undefined when the secret is worth nothing (any more). */
  useRefreshToken(secret: string, from: { readonly address: string }): Promise<Login | undefined>;
  /** Undefined for who has no account. */
  createRefreshToken(
    login: Login,
    device: { readonly clientId: string | undefined; readonly address: string },
  ): Promise<string | undefined>;
}

export function createTokenService(
  options: RegistryTokenOptions & {
    readonly lifetimeMs: number;
    readonly refreshTokens: RefreshTokens;
    readonly holders: Holders;
    readonly granter: Granter;
  },
): TokenService {
  const { refreshTokens, holders, granter } = options;

  return {
    async issue(login, scopes) {
      const access = await grant(login?.actor, scopes);
      const signed = await signRegistryToken(
        { ...options, lifetimeMs: login?.lifetimeMs ?? options.lifetimeMs },
        {
          subject: login?.actor.name ?? '',
          holder: login && toHolder(login),
          refreshTokenId: login?.refreshTokenId,
          access,
        },
      );
      return { ...signed, access };
    },

    async useRefreshToken(secret, from) {
      const used = await refreshTokens.use(secret, from);
      const actor = used && (await holders.findActor(used.holder));
      if (!used || !actor) return undefined;
      return { actor, authenticatedAt: used.holder.authenticatedAt, refreshTokenId: used.id };
    },

    createRefreshToken: (login, device) => refreshTokens.create(toHolder(login), device),
  };

  async function grant(
    actor: Actor | undefined,
    scopes: readonly RequestedScope[],
  ): Promise<readonly TokenAccess[]> {
    const access: TokenAccess[] = [];
    let length = 0;
    for (const { type, name, resource, actions } of scopes) {
      const granted = await granter.grantableActions(actor, { type, name: resource, actions });
      if (granted.length === 0) continue;
      const entry = { type, name, actions: granted };
      length += JSON.stringify(entry).length;
      if (length > MAX_ACCESS_LENGTH) break;
      access.push(entry);
    }
    return access;
  }
}

function toHolder({ actor, authenticatedAt }: Login): Holder {
  const { kind, name, accountId, credential } = actor;
  return {
    accountId,
    workload: kind === 'workload' ? name : undefined,
    credential: { kind: credential.kind, id: credential.id },
    authenticatedAt,
  };
}
