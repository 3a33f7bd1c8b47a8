import type { AccessRequirement, Actor, AdmissionRequest } from '../../http/index.ts';
import { namespaceOf, OciError } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';
import { bearerChallenge, type ChallengeOptions, quoteString } from './challenge.ts';

/** Nobody, or credentials that are worth nothing: 401 on both surfaces. */
export function unauthorized(
  options: ChallengeOptions,
  request: AdmissionRequest,
  reason: { message: string; error?: 'invalid_token' },
): Error {
  const { message, error } = reason;
  if (request.surface === 'api') {
    // Bearer, so that no browser asks for a password in its own words.
    const challenge = `Bearer realm="Lading"${error ? `,error="${error}"` : ''}`;
    return problem('unauthorized', message, { headers: { 'WWW-Authenticate': challenge } });
  }
  return new OciError('UNAUTHORIZED', message, {
    detail: detailOf(request),
    headers: {
      'WWW-Authenticate': bearerChallenge(options, request, error && { error, description: message }),
    },
  });
}

/**
 * Somebody, but without the right. `insufficient_scope` sends the client for another token when the one it showed was
 * not asked to carry this; `isFinal`: no other would do. In all else the answer is the same whether the thing exists
 * or not.
 */
export function insufficient(
  options: ChallengeOptions,
  request: AdmissionRequest,
  reason: { message: string; withToken: boolean; isFinal: boolean },
): OciError {
  const { message, withToken, isFinal } = reason;
  const refusal = withToken ? ({ error: 'insufficient_scope', description: message } as const) : undefined;
  return new OciError('DENIED', message, {
    status: 401,
    detail: detailOf(request),
    headers: {
      'WWW-Authenticate': bearerChallenge(options, request, refusal),
      // An answer to HEAD has no body: oras and regctl, who push after a HEAD, show this to their user.
      ...(isFinal && request.method === 'HEAD' && { Warning: `299 - ${quoteString(message)}` }),
    },
  });
}

/** In the form that distribution's clients know. */
export function detailOf({ access }: Pick<AdmissionRequest, 'access'>) {
  if (typeof access === 'string') return undefined;
  const { type, name, actions } = access;
  return actions.map((action) => ({ Type: type, Class: '', Name: name, Action: action }));
}

/** The same sentence for what does not exist as for what is hidden. */
export function refusalSentence(
  actor: Actor | undefined,
  { type, name, actions }: AccessRequirement,
): string {
  const who = actor ? actor.name : 'Who is not logged in';
  const what = actions.join(' and ');
  switch (type) {
    case 'repository': {
      const namespace = namespaceOf(name);
      const whom = namespace === undefined ? 'an administrator' : `an owner of ${namespace}`;
      const remedy = actor ? `Ask ${whom} for the right to ${what}.` : 'Log in first.';
      return `${who} may not ${what} ${name}, or it does not exist. ${remedy}`;
    }
    case 'registry':
      return `${who} may not list the repositories of this registry: that is for administrators.`;
    case 'system':
      return `${who} may not do this: it is for administrators.`;
    default:
      return `${who} may not ${what} here: ${type} ${name} is not there, or not ${actor ? 'yours' : 'public'}.`;
  }
}
