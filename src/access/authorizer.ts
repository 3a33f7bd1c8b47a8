import type { AccessRequirement, Actor } from '../http/index.ts';
import type { RepositoryName } from '../oci/index.ts';
import type { Decision, Resource } from './decision.ts';
import type { Pattern } from './pattern.ts';
import type { RoleAction } from './role.ts';
import type { Visibility } from './tables.ts';

/** What somebody may pull. */
export interface Readable {
  /** Whatever `patterns` says. */
  readonly all: boolean;
  readonly publicOnes: boolean;
  /** These, public or not. */
  readonly patterns: readonly Pattern[];
  /** Of `all` or `patterns` nothing but these: what a token is limited to. Undefined for no limit. */
  readonly within: readonly Pattern[] | undefined;
}

/** Decides from what is in the database; what it remembers is forgotten as soon as anything changes. */
export interface Authorizer {
  /** `actor` undefined: anybody. An action that does not exist is denied. Throws only when it cannot be found out. */
  authorize(actor: Actor | undefined, action: string, resource: Resource): Promise<Decision>;

  /** Whether every action is allowed; an old name of a renamed repository counts as the new one when it is only read. */
  may(actor: Actor | undefined, requirement: AccessRequirement): Promise<boolean>;

  /** Whether a refusal may name the resource: whether `actor` could learn that it exists by reading it. */
  maySee(actor: Actor | undefined, resource: Resource): Promise<boolean>;

  /**
   * For the token service: which of `requirement.actions` a token may carry, in the order asked for. `*` of a
   * repository is answered with pull, push and delete spelled out as far as allowed, and `*` itself when all are.
   */
  grantableActions(actor: Actor | undefined, requirement: AccessRequirement): Promise<string[]>;

  /** What `actor` may do to everything of a namespace: the most that he may give to others there. */
  heldActions(actor: Actor | undefined, namespace: string): Promise<ReadonlySet<RoleAction>>;

  /** For searches: what `actor` may pull, as patterns. Asked once a search. */
  findReadable(actor: Actor | undefined): Promise<Readable>;

  /** Undefined when there is no such repository, or it was there before accounts were: then it counts as private. */
  findVisibility(name: RepositoryName): Promise<Visibility | undefined>;

  /** Where a repository that was renamed is now; the name itself when it was not. Costs a look into a map. */
  resolveRepositoryName(name: RepositoryName): RepositoryName;

  /**
   * A repository of this name is being made, in a transaction that is not committed yet. `redirects`: their number from
   * the commit on.
   */
  forgetRedirect(name: RepositoryName, redirects: number): void;

  /**
   * Call it after each commit that changed accounts or rights, and wait for it before answering: nothing that was
   * remembered before is used any more when it resolves, nor once it has been called.
   */
  invalidate(): Promise<void>;
}
