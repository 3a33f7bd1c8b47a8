import type { Call } from '../../http/index.ts';
import { Problem } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Changes } from '../changes.ts';
import { rememberSource } from '../logins/known-sources.ts';
import { hashSecret, mintSecret } from '../secret.ts';
import { cookieTransport, findCookieSecret, sessionCookie } from './session-cookie.ts';
import { csrfTokenOf, SESSION_MAX_AGE_MS, startSession } from './sessions.ts';

const DEVICE_MAX_AGE_MS = 90 * 24 * 60 * 60_000;

export interface OpenedSession {
  readonly id: string;
  /** `Set-Cookie` headers. */
  readonly cookies: readonly string[];
  readonly csrfToken: string;
  readonly expiresAt: number;
}

/** Throws `Problem` tls-required where the cookie would travel in the clear. */
export function getCookieTransport(call: Pick<Call, 'origin'>): 'secure' | 'loopback' {
  const transport = cookieTransport(call.origin());
  if (transport) return transport;
  throw new Problem(
    'tls-required',
    'A browser logs in over https, or at localhost: anybody on the way could take the cookie. Programs can send a token.',
    { status: 400 },
  );
}

/**
 * Logs a browser in as `accountId`, however it was found out who that is: with a new secret always, and an end to the
 * session that the browser came with (session fixation). Throws `Problem` tls-required.
 */
export async function openSession(
  { changes, clock }: { readonly changes: Changes; readonly clock: Clock },
  options: { readonly accountId: number; readonly call: Pick<Call, 'header' | 'origin' | 'remoteAddress'> },
): Promise<OpenedSession> {
  const { accountId, call } = options;
  const transport = getCookieTransport(call);
  const now = clock.now();
  const cookies = call.header('cookie');
  const origin = call.origin();
  const old = findCookieSecret({ cookies, origin, kind: 'ses' });
  const device = findCookieSecret({ cookies, origin, kind: 'dev' }) ?? mintSecret('dev').text;
  const address = call.remoteAddress;
  const { id, secret } = await changes.transaction(async (trx) => {
    if (old !== undefined) {
      await trx.deleteFrom('session').where('secret_hash', '=', hashSecret(old)).execute();
    }
    await rememberSource(trx, { accountId, address, device, now });
    return startSession(trx, { accountId, address, userAgent: call.header('user-agent'), now });
  });
  const toCookie = (kind: 'ses' | 'dev', value: string, maxAgeMs: number) =>
    sessionCookie({ transport, kind, secret: value, maxAgeSeconds: maxAgeMs / 1000 });
  return {
    id,
    cookies: [toCookie('ses', secret, SESSION_MAX_AGE_MS), toCookie('dev', device, DEVICE_MAX_AGE_MS)],
    csrfToken: csrfTokenOf(secret),
    expiresAt: now + SESSION_MAX_AGE_MS,
  };
}
