import { timingSafeEqual } from 'node:crypto';
import { type Actor, type AdmissionRequest, refusing } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import type { CredentialVerifiers, SessionCredential, TokenAccess } from '../credential-verifiers.ts';
import { findBasicCredentials } from '../find-basic-credentials.ts';

/**
 * What a request showed. `shown`: nothing, something that identifies or limits its caller, or something worthless.
 * `claims` only with a token of our token service: no more than they say is allowed.
 */
export type Shown =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'worthless'; readonly scheme: 'basic' | 'bearer' }
  | {
      readonly kind: 'good';
      readonly scheme: 'basic' | 'bearer' | 'session';
      readonly actor: Actor | undefined;
      readonly claims: readonly TokenAccess[] | undefined;
    };

/** Longer than our tokens with some hundred scopes in them. */
const MAX_TOKEN_LENGTH = 64 * 1024;

export async function showCredentials(
  verifiers: CredentialVerifiers,
  request: AdmissionRequest,
): Promise<Shown> {
  const { authorization, surface } = request;
  if (authorization !== undefined) {
    // `JWT` is what tools of Docker Hub's older API say for Bearer.
    const scheme = /^(?:bearer|jwt) /i.exec(authorization)?.[0];
    return scheme !== undefined
      ? showBearer(verifiers, request, authorization.slice(scheme.length).trim())
      : showBasic(verifiers, request, authorization);
  }
  const cookies = surface === 'api' ? request.header('cookie') : undefined;
  return cookies === undefined ? { kind: 'nothing' } : showSession(verifiers, request, cookies);
}

async function showBearer(
  verifiers: CredentialVerifiers,
  request: AdmissionRequest,
  token: string,
): Promise<Shown> {
  const worthless = { kind: 'worthless', scheme: 'bearer' } as const;
  if (token === '' || token.length > MAX_TOKEN_LENGTH) return worthless;
  const found = await verifiers.bearer(token, request);
  if (!found) return worthless;
  // Its claims speak of repositories alone; our API asks for more, and must not take it for its owner's word.
  if (found.claims && request.surface === 'api') return worthless;
  return { kind: 'good', scheme: 'bearer', ...found };
}

async function showBasic(
  verifiers: CredentialVerifiers,
  request: AdmissionRequest,
  authorization: string,
): Promise<Shown> {
  // How podman and skopeo say that they have no credentials.
  if (/^basic +Og==$/i.test(authorization)) return { kind: 'nothing' };
  const credentials = findBasicCredentials(authorization);
  const actor = credentials && (await verifiers.basic(credentials, request));
  return actor
    ? { kind: 'good', scheme: 'basic', actor, claims: undefined }
    : { kind: 'worthless', scheme: 'basic' };
}

/** A cookie comes by itself: one that is over is nothing, and one that is good proves no intent (see below). */
async function showSession(
  verifiers: CredentialVerifiers,
  request: AdmissionRequest,
  cookies: string,
): Promise<Shown> {
  const session = await verifiers.session(cookies, request);
  if (!session) return { kind: 'nothing' };
  assertIntended(request, session);
  return { kind: 'good', scheme: 'session', actor: session.actor, claims: undefined };
}

/**
 * Another site's page can make a browser send our cookie, but neither read the token that our own page was given nor
 * say that it is ours (`Origin`). Throws `Problem` denied.
 */
function assertIntended(request: AdmissionRequest, { csrfToken, actor }: SessionCredential): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = request.header('origin');
  // Not the scheme: behind a proxy that ends TLS this server does not know it.
  const isOurs = origin === undefined || hostOf(origin) === hostOf(request.origin());
  if (isOurs && isSame(request.header('x-csrf-token') ?? '', csrfToken)) return;
  const message = 'Send the token of this session in X-CSRF-Token, from a page of this registry.';
  throw refusing(problem('denied', message), actor);
}

/** Of an origin that is none (`null`, as sandboxed frames send): the text, which is nobody's host. */
function hostOf(origin: string): string {
  return URL.parse(origin)?.host ?? `:${origin}`;
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return b.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}
