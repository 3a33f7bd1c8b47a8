import { isSecret, type SecretKind } from '../secret.ts';

/** `__Host-`: no other host of the domain, and nobody on a plain connection, can put one in its place (RFC 6265bis). */
const names = {
  ses: { secure: '__Host-lading_session', loopback: 'lading_session' },
  dev: { secure: '__Host-lading_device', loopback: 'lading_device' },
} as const;

export type CookieKind = keyof typeof names;

/** How cookies are sent to whom the server is `origin`; undefined where they would travel in the clear. */
export function cookieTransport(origin: string): 'secure' | 'loopback' | undefined {
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:') return 'secure';
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) ? 'loopback' : undefined;
}

/** The secret in a `Cookie` header, when there is one that is written as ours. The first of a name counts. */
export function findCookieSecret(options: {
  readonly cookies: string | undefined;
  readonly origin: string;
  readonly kind: CookieKind;
}): string | undefined {
  const { cookies, origin, kind } = options;
  const transport = cookieTransport(origin);
  if (cookies === undefined || transport === undefined) return undefined;
  const start = `${names[kind][transport]}=`;
  const found = cookies
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(start));
  const secret = found?.slice(start.length);
  return secret !== undefined && isSecret(secret, kind satisfies SecretKind) ? secret : undefined;
}

/** A `Set-Cookie` header. Lax: a link from elsewhere shows the page logged in, a form from elsewhere does not act. */
export function sessionCookie(options: {
  readonly transport: 'secure' | 'loopback';
  readonly kind: CookieKind;
  /** Empty with a `maxAgeSeconds` of 0 to take it away. */
  readonly secret: string;
  readonly maxAgeSeconds: number;
}): string {
  const { transport, kind, secret, maxAgeSeconds } = options;
  const secure = transport === 'secure' ? '; Secure' : '';
  return `${names[kind][transport]}=${secret}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}
