import type { Actor } from '../../http/index.ts';

/** By what a token names its holder: enough to find out, at each request, who that is now. */
export interface Holder {
  /** Undefined for workloads, which have no account. */
  readonly accountId: number | undefined;
  /** The rule that let a workload in; undefined for all others. */
  readonly workload: string | undefined;
  readonly credential: { readonly kind: Actor['credential']['kind']; readonly id: string | undefined };
  /** When the credential was shown, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
}

export interface Holders {
  /**
   * The actor as of now. Undefined when the account is gone or disabled, when the credential was revoked or has expired,
   * and when the password was set to another since `authenticatedAt`. Asked at each request: microseconds.
   */
  findActor(holder: Holder): Promise<Actor | undefined>;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Authenticator {
  /**
   * Whose password or access token it is. Undefined for an unknown user as for a wrong password, after the same time.
   * Throws `OciError` TOOMANYREQUESTS.
   */
  authenticate(
    credentials: Credentials,
    /** `repositories`: those that a token is asked for, which decide whose rules let a workload in. */
    from: { readonly remoteAddress: string; readonly repositories: readonly string[] },
  ): Promise<Actor | undefined>;
  /** What an `Authorization: Basic` header holds; undefined for any other. */
  findBasicCredentials(authorization: string): Credentials | undefined;
}

/** Takes the tokens of other issuers (RFC 8693). */
export interface Exchanger {
  /** Who their holder is here, and for how long. Undefined when no rule lets him in. Throws `OciError` UNAVAILABLE. */
  admit(
    token: string,
    from: { readonly remoteAddress: string; readonly repositories: readonly string[] },
  ): Promise<{ readonly actor: Actor; readonly lifetimeMs: number } | undefined>;
}

export interface Granter {
  /**
   * Which of the actions a token may carry. `*` of a repository gives all that are allowed, and `*` when that is all.
   * `name` of a repository is a well-formed repository name.
   */
  grantableActions(
    actor: Actor | undefined,
    requirement: {
      readonly type: 'repository' | 'registry';
      readonly name: string;
      readonly actions: readonly string[];
    },
  ): Promise<readonly string[]>;
}
