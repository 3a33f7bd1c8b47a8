import type { Database } from '../../db/index.ts';
import type { RouteRecord } from '../../http/index.ts';
import type { Clock, Logger } from '../../kernel/index.ts';
import type { RateLimit } from '../../rest/index.ts';
import type { Authenticator, Exchanger, Granter, Holders } from './ports.ts';
import { createRefreshTokens, type RefreshTokens } from './refresh-tokens.ts';
import { createRegistryTokenVerifier, type RegistryTokenVerifier } from './registry-token-verifier.ts';
import { openSigningKeys, type SigningKeys } from './signing-keys.ts';
import type { TokenServiceTables } from './tables.ts';
import { tokenRoutes } from './token-routes.ts';
import { createTokenService, type TokenService } from './token-service.ts';

export interface TokenServiceSettings {
  /** The `aud` and the `iss` of its tokens. */
  readonly service: string;
  readonly issuer: string;
  readonly tokenLifetimeMs: number;
}

/** All of the token service, for whoever puts the parts together. */
export interface OpenTokenService {
  /** `/token` and `/.well-known/jwks.json`. */
  readonly routes: readonly RouteRecord[];
  readonly verifier: RegistryTokenVerifier;
  readonly tokens: TokenService;
  /** The same for the JSON API: other tokens, which open no registry, as those of the registry open no API. */
  readonly api: { readonly tokens: TokenService; readonly verifier: RegistryTokenVerifier };
  readonly refreshTokens: RefreshTokens;
  readonly keys: SigningKeys;
}

export async function openTokenService(options: {
  readonly db: Database<TokenServiceTables>;
  readonly settings: TokenServiceSettings;
  readonly authenticator: Authenticator;
  readonly exchanger: Exchanger;
  readonly holders: Holders;
  readonly granter: Granter;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of tokens; left out for the usual. */
  readonly limit?: RateLimit;
}): Promise<OpenTokenService> {
  const { db, settings, holders, granter, clock, log } = options;
  const { issuer, service, tokenLifetimeMs: lifetimeMs } = settings;
  const keys = await openSigningKeys({ db, clock, log });
  const refreshTokens = createRefreshTokens({ db, clock });
  const shared = { keys, clock, issuer, service, holders, refreshTokens };
  const tokens = createTokenService({ ...shared, lifetimeMs, granter });
  const forApi = { ...shared, service: `${service} api` };
  return {
    routes: tokenRoutes({ ...options, tokens, keys, service }),
    verifier: createRegistryTokenVerifier(shared),
    tokens,
    api: {
      tokens: createTokenService({ ...forApi, lifetimeMs, granter }),
      verifier: createRegistryTokenVerifier(forApi),
    },
    refreshTokens,
    keys,
  };
}
