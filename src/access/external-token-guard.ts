import {
  type AccessRequirement,
  type Actor,
  type Admission,
  type AdmissionRequest,
  type Guard,
  refusing,
} from '../http/index.ts';
import { type Clock, printable } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import { createExternalTokenVerifier, type ExternalToken } from './external-token/external-token-verifier.ts';
import { loadTrustedKeys } from './external-token/trusted-keys.ts';
import { quoteString } from './guard/challenge.ts';
import { detailOf } from './guard/refuse.ts';

export interface ExternalTokenSettings {
  /** Absolute URL of the token server; undefined: `redirectPath` of the host that the client asked. */
  readonly realm: string | undefined;
  readonly redirectPath: string;
  readonly service: string;
  readonly issuer: string;
  /** Paths of files: PEM certificates, JSON Web Key Set. */
  readonly rootCertBundle: string | undefined;
  readonly jwks: string | undefined;
  readonly signingAlgorithms: readonly string[] | undefined;
}

const nobody: Admission = { actor: undefined, may: async () => false };

/**
 * A token server elsewhere decides who may do what, as registry:2's and registry:3's `auth.token`: a request may do what
 * its token says, and one whose token says too little is told which scope to ask for. Without it, `OciError`
 * UNAUTHORIZED with one Bearer challenge. Reads the server's keys once; throws `ExternalTokenError`.
 */
export async function openExternalTokenGuard(options: {
  readonly settings: ExternalTokenSettings;
  readonly clock: Clock;
}): Promise<Guard> {
  const { settings, clock } = options;
  const { service, issuer, signingAlgorithms: algorithms } = settings;
  const keys = await loadTrustedKeys(settings);
  const verifier = createExternalTokenVerifier({ keys, service, issuer, algorithms, clock });

  return {
    async admit(request) {
      const { access, authorization } = request;
      if (access === 'public') return nobody;
      const sent = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (sent === undefined) {
        if (access === 'optional' && authorization === undefined) return nobody;
        throw refusal(request, 'Log in first.');
      }
      const token = await verifier.verify(sent);
      if (!token) throw refusal(request, 'The token is not good, or no longer.', 'invalid_token');
      const actor = actorOf(token);
      const admission: Admission = { actor, may: async (more) => grantsAll(token, more) };
      if (typeof access === 'object' && !grantsAll(token, access)) {
        throw refusing(refusal(request, 'The token does not allow this.', 'insufficient_scope'), actor);
      }
      return admission;
    },
  };

  function refusal(
    { access, origin }: AdmissionRequest,
    what: string,
    error?: 'invalid_token' | 'insufficient_scope',
  ): OciError {
    const attributes: [name: string, value: string][] = [
      ['realm', settings.realm ?? origin() + settings.redirectPath],
      ['service', service],
    ];
    if (typeof access === 'object') attributes.push(['scope', scopeOf(access)]);
    // On "no token" it is left out: containerd would take it for a token that was rejected.
    if (error) attributes.push(['error', error]);
    const challenge = attributes.map(([name, value]) => `${name}=${quoteString(value)}`);
    return new OciError('UNAUTHORIZED', `Authentication required. ${what}`, {
      headers: { 'WWW-Authenticate': `Bearer ${challenge.join(',')}` },
      detail: detailOf({ access }),
    });
  }
}

function grantsAll(token: ExternalToken, { type, name, actions }: AccessRequirement): boolean {
  return actions.every((action) => token.grants(type, name, action));
}

function scopeOf({ type, name, actions }: AccessRequirement): string {
  return `${type}:${name}:${actions.join(',')}`;
}

function actorOf({ subject }: ExternalToken): Actor | undefined {
  if (subject === '') return undefined;
  return {
    kind: 'user',
    name: printable(subject),
    accountId: undefined,
    isAdministrator: false,
    credential: { kind: 'token', id: undefined, scope: undefined },
  };
}
