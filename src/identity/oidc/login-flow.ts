import { createHmac, randomBytes } from 'node:crypto';
import { parseReturnPath } from './return-path.ts';

/** A person types a password and a second factor meanwhile. */
export const FLOW_MAX_AGE_MS = 10 * 60_000;

/** What binds an answer of the provider to the browser that asked: see `createLoginFlow`. */
export interface LoginFlow {
  readonly state: string;
  readonly nonce: string;
  /** PKCE, RFC 7636. */
  readonly codeVerifier: string;
  /** A path of this server. */
  readonly returnTo: string;
}

/**
 * A sign-in that begins. All of it follows from a secret in the browser's cookie, so that nothing is kept here; time and
 * way back are part of `state`, so that a cookie in which they were changed fits no answer.
 */
export function createLoginFlow(options: { readonly returnTo: string; readonly now: number }) {
  const { returnTo, now } = options;
  const secret = randomBytes(32).toString('base64url');
  const cookie = [secret, String(now), Buffer.from(returnTo).toString('base64url')].join('.');
  return { cookie, flow: deriveFlow({ secret, now, returnTo }) };
}

/** Undefined for what is no such cookie, or one of a sign-in that was given up. */
export function findLoginFlow(cookie: string, now: number): LoginFlow | undefined {
  const [, secret, begun, path] = /^([\w-]{43})\.(\d{1,15})\.([\w-]{1,1400})$/.exec(cookie) ?? [];
  if (secret === undefined || path === undefined) return undefined;
  const age = now - Number(begun);
  const returnTo = parseReturnPath(Buffer.from(path, 'base64url').toString());
  if (age < 0 || age >= FLOW_MAX_AGE_MS || returnTo === undefined) return undefined;
  return deriveFlow({ secret, now: Number(begun), returnTo });
}

function deriveFlow(begun: { secret: string; now: number; returnTo: string }): LoginFlow {
  const { secret, now, returnTo } = begun;
  const derive = (purpose: string) =>
    createHmac('sha256', secret).update(`${purpose} ${now} ${returnTo}`).digest('base64url');
  return {
    state: derive('state'),
    nonce: derive('nonce'),
    codeVerifier: derive('code verifier'),
    returnTo,
  };
}
