import { type Call, jsonReply, type Reply, type RouteRecord } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { OciError } from '../../oci/index.ts';
import { createRateLimiter, limitKey, type RateLimit, tooManyRequests } from '../../rest/index.ts';
import { parseScopes, type RequestedScope } from './parse-scopes.ts';
import type { Authenticator, Credentials, Exchanger } from './ports.ts';
import { readForm } from './read-form.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { IssuedToken, Login, TokenService } from './token-service.ts';

export interface TokenRoutesContext {
  readonly tokens: TokenService;
  readonly keys: Pick<SigningKeys, 'listPublicKeys'>;
  readonly authenticator: Authenticator;
  readonly exchanger: Exchanger;
  readonly clock: Clock;
  /** What clients name the registry in `service`. */
  readonly service: string;
  readonly limit?: RateLimit;
}

/**
 * Of an account wherever it asks from, or of an address without credentials. Each costs a signature, some tenths of a
 * millisecond. A farm of CI machines behind one address pulls thousands of images a minute, with a token each, and docker
 * does not try again after 429: 200 a second is twice what clients.md asks for.
 */
const LIMIT: RateLimit = { perMinute: 12_000 };

const noStore = { 'Cache-Control': 'no-store' };

/**
 * Where docker and everybody else gets registry tokens (clients.md 3): the Docker flow with GET, OAuth 2 with POST
 * (RFC 6749 §4.3, §6), and the public keys that verify them. They look at credentials themselves: no guard knows that an
 * empty user is nobody here, or that an answer is due to anybody.
 */
export function tokenRoutes(context: TokenRoutesContext): readonly RouteRecord[] {
  const { tokens, keys, authenticator, exchanger, clock, service, limit = LIMIT } = context;
  const access = () => 'public' as const;
  const limiter = createRateLimiter(clock);
  return [
    { name: 'token.get', method: 'GET', path: '/token', access, handle: getToken },
    { name: 'token.post', method: 'POST', path: '/token', access, handle: postToken },
    {
      name: 'token.keys',
      method: 'GET',
      path: '/.well-known/jwks.json',
      access,
      handle: async () =>
        jsonReply(200, { keys: await keys.listPublicKeys() }, { 'Cache-Control': 'public, max-age=60' }),
    },
  ];

  async function getToken(call: Call): Promise<Reply> {
    const { query } = call;
    assertService(query);
    const scopes = parseScopes(query.getAll('scope'));
    const login = await loginOfHeader(call, scopes);
    assertWithinLimit(call, login);
    const refreshToken =
      login && query.get('offline_token') === 'true'
        ? await createRefreshToken(login, call, query)
        : undefined;
    return tokenReply(await tokens.issue(login, scopes), refreshToken);
  }

  async function postToken(call: Call): Promise<Reply> {
    const form = await readForm(call);
    if (!form)
      return oauthError(
        'invalid_request',
        'Send a form (application/x-www-form-urlencoded) of at most 64 KiB.',
      );
    assertService(form);
    const grantType = form.get('grant_type');
    const scopes = parseScopes(form.getAll('scope'));
    switch (grantType) {
      case 'password': {
        const login = await logIn(
          { user: form.get('username') ?? '', password: form.get('password') ?? '' },
          call,
          scopes,
        );
        if (!login) return oauthError('invalid_grant', wrongPassword);
        assertWithinLimit(call, login);
        const isOffline = form.get('access_type') === 'offline';
        const refreshToken = isOffline ? await createRefreshToken(login, call, form) : undefined;
        return tokenReply(await tokens.issue(login, scopes), refreshToken);
      }
      case 'refresh_token': {
        const secret = form.get('refresh_token') ?? '';
        const login = await tokens.useRefreshToken(secret, { address: call.remoteAddress });
        if (!login) return oauthError('invalid_grant', 'The login of this device has ended. Log in again.');
        assertWithinLimit(call, login);
        // The same again: no client keeps a new one.
        return tokenReply(await tokens.issue(login, scopes), secret);
      }
      case TOKEN_EXCHANGE: {
        const authenticatedAt = clock.now();
        const { remoteAddress } = call;
        const repositories = repositoriesOf(scopes);
        const admitted = await exchanger.admit(form.get('subject_token') ?? '', {
          remoteAddress,
          repositories,
        });
        if (!admitted) return oauthError('invalid_grant', notAdmitted);
        const login = { ...admitted, authenticatedAt, refreshTokenId: undefined };
        assertWithinLimit(call, login);
        return tokenReply(await tokens.issue(login, scopes), undefined, {
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
        });
      }
      case null:
        return oauthError('invalid_request', 'grant_type is missing.');
      default:
        return oauthError(
          'unsupported_grant_type',
          'Use grant_type password, refresh_token or token exchange (RFC 8693), or GET.',
        );
    }
  }

  /** Once it is known who asks: others behind the same address are not told to wait for him. Throws `OciError` TOOMANYREQUESTS. */
  function assertWithinLimit({ remoteAddress }: Call, login: Login | undefined): void {
    const allowance = limiter.take(limitKey({ actor: login?.actor, remoteAddress }), limit);
    if (!allowance.isAllowed) throw tooManyRequests(allowance, noStore);
  }

  /** Undefined for anybody. Throws `OciError` UNAUTHORIZED. */
  async function loginOfHeader(call: Call, scopes: readonly RequestedScope[]): Promise<Login | undefined> {
    const authorization = call.header('authorization');
    if (authorization === undefined || namesNobody(authorization)) return undefined;
    const credentials = authenticator.findBasicCredentials(authorization);
    const login = credentials && (await logIn(credentials, call, scopes));
    if (login) return login;
    throw new OciError(
      'UNAUTHORIZED',
      credentials ? wrongPassword : 'Send a user name and password as HTTP Basic credentials.',
      // Not Bearer: a client that followed it would come here again.
      { headers: { ...noStore, 'WWW-Authenticate': 'Basic realm="Lading"' } },
    );
  }

  async function logIn(
    credentials: Credentials,
    { remoteAddress }: Call,
    scopes: readonly RequestedScope[],
  ): Promise<Login | undefined> {
    const { user, password } = credentials;
    // A form can hold what a Basic header cannot; no user is called so.
    if (!/^[^:\p{Cc}]+$/u.test(user) || /\p{Cc}/u.test(password)) return undefined;
    // Before the password is compared: one that is changed meanwhile must count as changed after it.
    const authenticatedAt = clock.now();
    const actor = await authenticator.authenticate(credentials, {
      remoteAddress,
      repositories: repositoriesOf(scopes),
    });
    return actor && { actor, authenticatedAt, refreshTokenId: undefined };
  }

  function createRefreshToken(
    login: Login,
    call: Call,
    fields: URLSearchParams,
  ): Promise<string | undefined> {
    const clientId = fields.get('client_id') ?? undefined;
    return tokens.createRefreshToken(login, { clientId, address: call.remoteAddress });
  }

  /** Throws `OciError`: a client that wants a token for another registry was sent here by mistake or by an attacker. */
  function assertService(fields: URLSearchParams): void {
    const asked = fields.get('service');
    if (asked === null || asked === '' || asked === service) return;
    throw new OciError(
      'UNSUPPORTED',
      `This registry's tokens are for the service ${service}. Send service=${service}.`,
      {
        status: 400,
        headers: noStore,
      },
    );
  }
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const notAdmitted =
  'No rule lets this token in: check its issuer, audience, claims and times against the federation rules of the organisation.';

function repositoriesOf(scopes: readonly RequestedScope[]): string[] {
  return scopes.flatMap(({ type, resource }) => (type === 'repository' ? [resource] : []));
}

const wrongPassword =
  'The user name or the password is wrong. With a second factor, use an access token as the password.';

/** An empty user is how podman says that it has no credentials (`Og==`). */
function namesNobody(authorization: string): boolean {
  const encoded = /^basic +(\S*)$/i.exec(authorization)?.[1];
  return encoded !== undefined && Buffer.from(encoded, 'base64')[0] === ':'.charCodeAt(0);
}

function tokenReply(
  issued: IssuedToken,
  refreshToken: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Reply {
  const { text, issuedAt, expiresIn, access } = issued;
  return jsonReply(
    200,
    {
      // The first for GET, the second for POST; some read only one of them.
      token: text,
      access_token: text,
      expires_in: expiresIn,
      issued_at: new Date(issuedAt * 1000).toISOString().replace('.000Z', 'Z'),
      scope: access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' '),
      ...more,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    },
    noStore,
  );
}

/** RFC 6749 §5.2, and beside it the form whose message docker prints. */
function oauthError(
  error: 'invalid_request' | 'invalid_grant' | 'unsupported_grant_type',
  description: string,
): Reply {
  const errors = [{ code: error === 'invalid_grant' ? 'UNAUTHORIZED' : 'UNSUPPORTED', message: description }];
  return jsonReply(400, { error, error_description: description, errors }, noStore);
}
