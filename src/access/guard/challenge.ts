import type { AdmissionRequest } from '../../http/index.ts';

export interface ChallengeOptions {
  /** Where tokens are had; undefined: at `tokenPath` of this server, as the client addressed it. */
  readonly realm: string | undefined;
  /** `/token`, below the prefix that everything is below. */
  readonly tokenPath: string;
  /** Comes back as a parameter of the token request. */
  readonly service: string;
}

/**
 * The one `WWW-Authenticate` of a registry with accounts: two of them, or Basic beside Bearer, break docker's
 * anonymous pulls. `error` only when a token was shown: containerd and buildkit take its presence for a token that was
 * refused (RFC 6750 §3.1). `scope` is what this request needs; containerd and oras learn it nowhere else. With `error`
 * docker shows people `error_description` or words of its own, but not the body.
 */
export function bearerChallenge(
  options: ChallengeOptions,
  request: AdmissionRequest,
  refusal: { error: 'invalid_token' | 'insufficient_scope'; description: string } | undefined,
): string {
  const scope = scopeOf(request);
  const attributes = [
    ['realm', options.realm ?? request.origin() + options.tokenPath],
    ['service', options.service],
    ...(scope === '' ? [] : [['scope', scope]]),
    ...(refusal
      ? [
          ['error', refusal.error],
          ['error_description', refusal.description],
        ]
      : []),
  ];
  return `Bearer ${attributes.map(([name, value]) => `${name}=${quoteString(value ?? '')}`).join(',')}`;
}

/** `repository:acme/app:pull,push`, and for a mount the right to pull from the source. Empty when nothing is named. */
function scopeOf({ access, method, query }: AdmissionRequest): string {
  if (typeof access === 'string') return '';
  const { type, name, actions } = access;
  const scopes = [`${type}:${name}:${actions.join(',')}`];
  const source =
    method === 'POST' && actions.includes('push') && query.has('mount') ? query.get('from') : null;
  // A name with anything else in it could forge a second scope or attribute.
  if (source !== null && source !== name && /^[a-z0-9/._-]{1,255}$/.test(source)) {
    scopes.push(`repository:${source}:pull`);
  }
  return scopes.join(' ');
}

/** A quoted-string (RFC 9110 §5.6.4); what a header cannot carry becomes `?`. */
export function quoteString(text: string): string {
  return `"${text.replace(/[^ -~]/gu, '?').replace(/["\\]/g, '\\$&')}"`;
}
