import type { Actor, AdmissionRequest } from '../http/index.ts';
import type { BasicCredentials } from './credential-verifier.ts';

/** One entry of `access` in a token of our token service. */
export interface TokenAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * What a bearer token turned out to be: of our token service, with what it claims (`actor` undefined for the token
 * that anybody gets), or a personal or robot token, which claims nothing beside its scope.
 */
export interface BearerCredential {
  readonly actor: Actor | undefined;
  readonly claims: readonly TokenAccess[] | undefined;
}

export interface SessionCredential {
  readonly actor: Actor;
  /** What the page has to send back in `X-CSRF-Token` with everything but GET and HEAD. */
  readonly csrfToken: string;
}

/**
 * Who shows what, decided anew for each request: undefined when it is worth nothing (any more), also when its account
 * is disabled. They may refuse by throwing (`OciError` TOOMANYREQUESTS); any other throw refuses the request with 500.
 */
export interface CredentialVerifiers {
  /** A password, or a token as password. After the same time for unknown users as for wrong passwords. */
  basic(credentials: BasicCredentials, request: AdmissionRequest): Promise<Actor | undefined>;
  bearer(token: string, request: AdmissionRequest): Promise<BearerCredential | undefined>;
  /** From the whole `Cookie` header. */
  session(cookies: string, request: AdmissionRequest): Promise<SessionCredential | undefined>;
}
