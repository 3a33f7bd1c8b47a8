/** What a caller must be allowed to do: the same words as a token scope, `type:name:action,action`. */
export interface AccessRequirement {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * - `public`: anybody, without looking at credentials (health)
 * - `authenticated`: anybody whom the registry knows (or anybody at all where nobody has to log in)
 */
export type RouteAccess = AccessRequirement | 'public' | 'authenticated';

export interface Admission {
  readonly actor: string | undefined;
  may(requirement: AccessRequirement): Promise<boolean>;
}

/** Decides before the handler runs. Throws `OciError` UNAUTHORIZED (with a challenge) or DENIED to refuse. */
export interface Guard {
  admit(request: { authorization: string | undefined; access: RouteAccess }): Promise<Admission>;
}
