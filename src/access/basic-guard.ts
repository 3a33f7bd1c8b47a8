import type { Actor, Admission, Guard } from '../http/index.ts';
import { OciError } from '../oci/index.ts';
import type { CredentialVerifier } from './credential-verifier.ts';
import { findBasicCredentials } from './find-basic-credentials.ts';
import { quoteString } from './guard/challenge.ts';

export interface BasicGuardOptions {
  readonly verifier: CredentialVerifier;
  /** Shown by clients in the password question. */
  readonly realm: string;
}

const nobody: Admission = { actor: undefined, may: async () => false };

/**
 * Everything needs a login and who is logged in may do everything, as registry:2 with `auth.htpasswd`. Without good
 * credentials: `OciError` UNAUTHORIZED with one Basic challenge, for reading too, because docker sends credentials
 * only to a registry whose `/v2/` asked for them. A client may try several credentials (kubelet does), so that
 * no number of failures locks anybody out.
 */
export function createBasicGuard({ verifier, realm }: BasicGuardOptions): Guard {
  // No `charset` attribute (RFC 7617 §2.1): old clients cannot read a challenge with it.
  const challenge = `Basic realm=${quoteString(realm)}`;

  return {
    async admit({ authorization, access, remoteAddress }) {
      if (access === 'public') return nobody;
      if (authorization === undefined) throw unauthorized('Log in first.');
      const credentials = findBasicCredentials(authorization);
      if (!credentials) throw unauthorized('Send a user name and password as HTTP Basic credentials.');
      const identity = await verifier.verify(credentials, { remoteAddress });
      if (!identity) throw unauthorized('The user name or the password is wrong.');
      return { actor: userFromFile(identity.name), may: async () => true };
    },
  };

  function unauthorized(what: string): OciError {
    return new OciError('UNAUTHORIZED', `Authentication required. ${what}`, {
      headers: { 'WWW-Authenticate': challenge },
    });
  }
}

function userFromFile(name: string): Actor {
  return {
    kind: 'user',
    name,
    accountId: undefined,
    isAdministrator: false,
    credential: { kind: 'password', id: undefined, scope: undefined },
  };
}
