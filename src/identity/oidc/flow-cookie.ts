import { FLOW_MAX_AGE_MS } from './login-flow.ts';

type Transport = 'secure' | 'loopback';

/** `__Host-`: no other host of the domain can put one of its own sign-ins in the place of ours. */
const names = { secure: '__Host-lading_oidc', loopback: 'lading_oidc' } as const;

/** A `Set-Cookie` header. Lax: the provider sends the browser back, and the cookie must come along. */
export function flowCookie(transport: Transport, value: string): string {
  const secure = transport === 'secure' ? '; Secure' : '';
  const maxAge = value === '' ? 0 : FLOW_MAX_AGE_MS / 1000;
  return `${names[transport]}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
}

export function findFlowCookie(transport: Transport, cookies: string | undefined): string | undefined {
  const start = `${names[transport]}=`;
  return cookies
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(start))
    ?.slice(start.length);
}
