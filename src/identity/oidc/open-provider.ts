import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from 'openid-client';
import type { Clock } from '../../kernel/index.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import type { LoginFlow } from './login-flow.ts';
import { OidcError } from './oidc-error.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Then what the provider says of itself is asked for again. */
const DISCOVERY_MAX_AGE_MS = 60 * 60_000;

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

export interface Provider {
  /** Where a browser signs in. Throws `OidcError`. */
  authorizationUrl(flow: LoginFlow, redirectUri: string): Promise<URL>;
  /** Who came back with `callbackUrl`: what the signed token says, or the user-info endpoint. Throws `OidcError`. */
  finish(flow: LoginFlow, callbackUrl: URL): Promise<Claims>;
}

/**
 * The configured provider (OpenID Connect Core 1.0, code flow with PKCE). It is asked for nothing before somebody signs
 * in: a provider that is down must not keep the registry from starting.
 */
export function createProvider(options: {
  readonly settings: OidcSettings;
  readonly clock: Clock;
}): Provider {
  const { settings, clock } = options;
  const isPlain = settings.issuer.startsWith('http:');
  // Configured by the administrator: providers of companies are in their private networks.
  const guardedFetch = createGuardedFetch({ allowsPrivate: true, allowsPlainLoopback: isPlain });
  let known: { configuration: Configuration; until: number } | undefined;
  let opening: Promise<Configuration> | undefined;

  return {
    authorizationUrl: (flow, redirectUri) =>
      inOurWords(async () =>
        buildAuthorizationUrl(await getConfiguration(), {
          redirect_uri: redirectUri,
          scope: settings.scopes.join(' '),
          state: flow.state,
          nonce: flow.nonce,
          code_challenge: await calculatePKCECodeChallenge(flow.codeVerifier),
          code_challenge_method: 'S256',
        }),
      ),

    finish: (flow, callbackUrl) =>
      inOurWords(async () => {
        const configuration = await getConfiguration();
        const tokens = await authorizationCodeGrant(configuration, callbackUrl, {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new OidcError('refused', 'The provider sent no ID token.');
        const isComplete = neededClaims(settings).every((name) => claims[name] !== undefined);
        if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
        const userInfo = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
        return { ...userInfo, ...claims };
      }),
  };

  async function getConfiguration(): Promise<Configuration> {
    if (known && clock.now() < known.until) return known.configuration;
    opening ??= open().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  async function open(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = settings;
    const until = clock.now() + DISCOVERY_MAX_AGE_MS;
    // It compares the issuer that the document names with ours.
    const configuration = await discovery(new URL(issuer), clientId, undefined, authOf(clientSecret), {
      [customFetch]: toCustomFetch(guardedFetch),
      // Signatures are verified though the token comes from the provider itself, over TLS.
      execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
    });
    known = { configuration, until };
    return configuration;
  }
}

function neededClaims({ nameClaim, groupsClaim, teams, linksVerifiedEmail }: OidcSettings): string[] {
  return [
    nameClaim,
    ...(teams.length > 0 ? [groupsClaim] : []),
    ...(linksVerifiedEmail ? ['email', 'email_verified'] : []),
  ];
}

/** As the provider wants it; `client_secret_basic` where it says nothing (OpenID Connect Discovery 1.0 §3). */
function authOf(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const takesBasic = methods === undefined || methods.includes('client_secret_basic');
    return (takesBasic ? basic : post)(server, ...rest);
  };
}

function toCustomFetch(guardedFetch: GuardedFetch): CustomFetch {
  return (url, { method, headers, body }) =>
    guardedFetch(url, { method, headers, body: body == null ? undefined : String(body) });
}

/** The library's many errors as what they mean here; whichever it was is in `cause`. */
async function inOurWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof OidcError) throw cause;
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new OidcError('refused', `The sign-in did not succeed: ${reason}.`, { cause: error });
  }
}
