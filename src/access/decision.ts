import type { AccessRequirement } from '../http/index.ts';

export interface Resource {
  readonly type: AccessRequirement['type'];
  readonly name: string;
}

/** A rule that gives something, and how it reaches the actor. */
export type Rule =
  | { readonly kind: 'administrator' }
  /** Its own account, its own namespace. */
  | { readonly kind: 'self' }
  /** Anybody may pull what is public. */
  | { readonly kind: 'public' }
  /** Every user may: make an organisation, search. */
  | { readonly kind: 'everybody' }
  /** Of an organisation, which lets somebody in for a token of another issuer. */
  | { readonly kind: 'workload'; readonly organisation: string }
  | { readonly kind: 'membership'; readonly organisation: string; readonly role: string }
  | {
      readonly kind: 'grant';
      /** UUID of the grant. */
      readonly grant: string;
      readonly role: string;
      readonly pattern: string;
      /** The team through which it reaches the actor; undefined when it was given to the actor itself. */
      readonly team: string | undefined;
    };

/**
 * - `no-rule`: no rule gives it
 * - `token-scope`: a rule does, but the token that was shown is limited to less
 * - `no-namespace`: there is no user and no organisation of that name
 * - `official`: names of one component are made and changed by administrators alone
 * - `unknown`: there is no such action on such a thing
 */
export type Denial = 'no-rule' | 'token-scope' | 'no-namespace' | 'official' | 'unknown';

/** For the registry alone: what it tells may not be for whom it is about (`explain` says what may be told). */
export type Decision =
  | { readonly allowed: true; readonly because: Rule }
  | { readonly allowed: false; readonly because: Denial };
