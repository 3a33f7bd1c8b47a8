import {
  type AccessRequirement,
  type Actor,
  type Admission,
  type AdmissionRequest,
  type Guard,
  refusing,
} from '../../http/index.ts';
import { OciError } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';
import type { Authorizer } from '../authorizer.ts';
import type { CredentialVerifiers, TokenAccess } from '../credential-verifiers.ts';
import type { ChallengeOptions } from './challenge.ts';
import type { RecentAdmissions } from './recent-admissions.ts';
import { insufficient, refusalSentence, unauthorized } from './refuse.ts';
import { type Shown, showCredentials } from './show-credentials.ts';

type Good = Extract<Shown, { kind: 'good' }>;

/** The same for everybody: who has a second factor is nobody's business. */
const wrongPassword =
  'The user name or the password is wrong. With a second factor, use an access token as the password.';

const nobody: Admission = { actor: undefined, may: async () => false };

/**
 * Accounts and roles. On the registry's surface everything asks for a token first, public repositories too (clients
 * learn only from a 401 where tokens are had), and the right is decided anew for each request: a token's claims say
 * what it is limited to, never what is allowed. On the API's surface what anybody may see needs no credentials.
 */
export function createAccountsGuard(
  options: ChallengeOptions & {
    readonly authorizer: Authorizer;
    readonly verifiers: CredentialVerifiers;
    /** Undefined: nothing is remembered. */
    readonly recent?: RecentAdmissions;
  },
): Guard {
  const { authorizer, verifiers, recent } = options;

  function admissionOf(actor: Actor | undefined, claims?: readonly TokenAccess[]): Admission {
    return {
      actor,
      may: async (requirement) =>
        (claims === undefined || claimed(claims, requirement)) && authorizer.may(actor, requirement),
    };
  }

  async function admitToRegistry(request: AdmissionRequest, shown: Shown): Promise<Admission> {
    const { access } = request;
    if (shown.kind === 'nothing') {
      if (access === 'optional') return admissionOf(undefined);
      const message = typeof access === 'string' ? 'Log in first.' : refusalSentence(undefined, access);
      throw unauthorized(options, request, { message: `Authentication required. ${message}` });
    }
    const { actor, claims, scheme } = shown as Good;
    const admission = admissionOf(actor, claims);
    if (typeof access === 'string') return admission;
    const isClaimed = claims === undefined || claimed(claims, access);
    const isAllowed = await authorizer.may(actor, access);
    if (isClaimed && isAllowed) return admission;
    const message = refusalSentence(actor, access);
    // The token says that it was allowed a moment ago: nothing is told that its holder did not know.
    if (claims !== undefined && isClaimed)
      throw new OciError('DENIED', `${message} The right was taken back.`);
    throw insufficient(options, request, { message, withToken: scheme === 'bearer', isFinal: !isAllowed });
  }

  async function admitToApi(request: AdmissionRequest, shown: Shown): Promise<Admission> {
    const { access } = request;
    const actor = shown.kind === 'good' ? shown.actor : undefined;
    const admission = admissionOf(actor);
    if (access === 'optional' || access === 'public') return admission;
    if (access !== 'authenticated' && (await authorizer.may(actor, access))) return admission;
    if (!actor) throw unauthorized(options, request, { message: 'Log in first, or send a token.' });
    if (access === 'authenticated') return admission;
    if (await authorizer.maySee(actor, access)) {
      throw problem('denied', await forbiddenSentence(actor, access));
    }
    throw problem('not-found', `There is no ${access.type} ${access.name}, or you may not see it.`);
  }

  async function forbiddenSentence(actor: Actor, access: AccessRequirement): Promise<string> {
    for (const action of access.actions) {
      const decision = await authorizer.authorize(actor, action, access);
      if (!decision.allowed && decision.because === 'token-scope') {
        return `${actor.name} may, but the token that was sent is limited to less. Send one with the scope for ${action}.`;
      }
    }
    return `${refusalSentence(actor, access)} GET /api/v1/access/explain says why.`;
  }

  return {
    admit(request) {
      if (request.access === 'public') return nobody;
      return recent?.find(request) ?? admitAnew(request);
    },
  };

  async function admitAnew(request: AdmissionRequest): Promise<Admission> {
    const asOf = recent?.version() ?? 0;
    const shown = await showCredentials(verifiers, request);
    if (shown.kind === 'worthless') {
      const isToken = shown.scheme === 'bearer';
      const message = isToken
        ? 'The token is not valid, or not valid any more. Log in again.'
        : wrongPassword;
      throw unauthorized(options, request, { message, ...(isToken && { error: 'invalid_token' }) });
    }
    try {
      if (request.surface === 'api') return await admitToApi(request, shown);
      const admission = await admitToRegistry(request, shown);
      recent?.put(request, admission, asOf);
      return admission;
    } catch (error) {
      throw refusing(error, shown.kind === 'good' ? shown.actor : undefined);
    }
  }
}

/** Whether a token carries every action; `*` on a repository stands for the three that there are. */
function claimed(claims: readonly TokenAccess[], { type, name, actions }: AccessRequirement): boolean {
  const carried = claims
    .filter((claim) => claim.type === type && claim.name === name)
    .flatMap((claim) => claim.actions);
  return actions.every(
    (action) => carried.includes(action) || (type === 'repository' && carried.includes('*')),
  );
}
