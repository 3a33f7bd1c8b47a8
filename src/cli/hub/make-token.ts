import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ApiError,
  createAccessToken,
  createApiClient,
  logIn,
  logOut,
  tokenActionSchema,
} from '../../api/index.ts';

export interface PasswordLogin {
  readonly server: string;
  readonly name: string;
  readonly password: string;
  /** Asked only where the account has a second factor. */
  askCode(): Promise<string>;
}

/**
 * Gives name and password for an access token of this machine that may what the user may. Through a session, which
 * takes a second factor, and which ends at once; where the server sees no https (behind a proxy that does not say so),
 * with the password itself. Throws `ApiError`.
 */
export async function makeToken(login: PasswordLogin): Promise<{ id: string; secret: string }> {
  const { server, name, password } = login;
  const opened = await openSession(login);
  const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const api = opened
    ? createApiClient({ url: server, fetch: withHeaders(opened) })
    : createApiClient({ url: server, authorization: basic });
  try {
    // Names are unique, and machines are not: containers, a login before the old token is gone.
    const tokenName = `lading on ${hostname().slice(0, 80)} ${randomBytes(3).toString('hex')}`;
    const body = { name: tokenName, actions: [...tokenActionSchema.options] };
    return await api.call(createAccessToken, { params: { name: opened?.name ?? name }, body });
  } finally {
    // It would end by itself; that it lives on is no failure of the login.
    if (opened) await api.call(logOut, {}).catch(() => {});
  }
}

interface OpenedSession {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function openSession(login: PasswordLogin, code?: string): Promise<OpenedSession | undefined> {
  const { server, name, password } = login;
  const api = createApiClient({ url: server });
  try {
    const response = await api.open(logIn, { body: { name, password, code } });
    // No JSON, no session: said below.
    const session = logIn.result?.safeParse(await response.json().catch(() => undefined));
    if (!session?.success) {
      const text =
        'The answer to the login is not what this version expects. Is the registry of another version?';
      throw new ApiError('unexpected-answer', text, { status: response.status });
    }
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    return {
      name: session.data.name,
      headers: { Cookie: cookies.join('; '), 'X-CSRF-Token': session.data.csrf_token },
    };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'tls-required') return undefined;
    if (error instanceof ApiError && error.code === 'second-factor-required' && code === undefined) {
      return openSession(login, await login.askCode());
    }
    throw error;
  }
}

function withHeaders({ headers }: OpenedSession): typeof fetch {
  return (target, init) => {
    const all = new Headers(init?.headers);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    return fetch(target, { ...init, headers: all });
  };
}
