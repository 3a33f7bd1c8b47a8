import type { NowOrLater } from '../kernel/index.ts';

/** What a caller must be allowed to do: for repositories and the catalog the same words as a token scope. */
export interface AccessRequirement {
  readonly type: 'repository' | 'registry' | 'namespace' | 'account' | 'system';
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * - `public`: anybody, without looking at credentials (health)
 * - `optional`: anybody, but who sends credentials must send good ones (search, public pages of the API)
 * - `authenticated`: anybody whom the registry knows (or anybody at all where nobody has to log in)
 */
export type RouteAccess = AccessRequirement | 'public' | 'optional' | 'authenticated';

/** What a token of an account is limited to, whatever its owner may do. */
export interface TokenScope {
  readonly actions: readonly ('pull' | 'push' | 'delete' | 'admin')[];
  /** Patterns of repository names: `acme/*`, `acme/app`, `**` for all. */
  readonly repositories: readonly string[];
}

/** Who asks. Decided anew for each request, so that a disabled account or a revoked token bites at once. */
export interface Actor {
  readonly kind: 'user' | 'robot' | 'workload';
  /** `alice`, `acme+ci`; for a workload the name of the rule that let it in. */
  readonly name: string;
  /** Of the account; undefined where users come from a file and have no account. */
  readonly accountId: number | undefined;
  readonly isAdministrator: boolean;
  /** What it showed: for the audit log and for limits. `id` names the token or session, never its secret. */
  readonly credential: {
    readonly kind: 'password' | 'token' | 'session' | 'workload';
    readonly id: string | undefined;
    readonly scope: TokenScope | undefined;
  };
  /** Of a workload, which has no account: all that it may do beside what anybody may. */
  readonly rights?: readonly WorkloadRight[];
}

/** What a rule of an organisation gives: never anything outside of that organisation's repositories. */
export interface WorkloadRight {
  readonly organisation: string;
  readonly gives: TokenScope;
}

export interface Admission {
  /** Undefined for anybody. */
  readonly actor: Actor | undefined;
  /** Whether the caller may also do this. Never throws for "no". */
  may(requirement: AccessRequirement): Promise<boolean>;
}

/** Of a request, what decides about it. */
export interface AdmissionRequest {
  readonly access: RouteAccess;
  readonly authorization: string | undefined;
  readonly surface: Surface;
  readonly method: string;
  readonly remoteAddress: string;
  readonly requestId: string;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  /** How the client addressed this server, without a slash at the end: `https://registry.example:5000`. */
  origin(): string;
}

/** Whose words errors are in: the Distribution API's, or those of our own JSON API (RFC 9457). */
export type Surface = 'registry' | 'api';

/** Decides before the handler runs. Throws `OciError` UNAUTHORIZED (with a challenge) or DENIED to refuse; `refusing` says whom. */
export interface Guard {
  admit(request: AdmissionRequest): NowOrLater<Admission>;
}
