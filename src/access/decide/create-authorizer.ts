import type { Database } from '../../db/index.ts';
import type { AccessRequirement, Actor } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { namespaceOf, type RepositoryName } from '../../oci/index.ts';
import type { Account, Accounts } from '../accounts.ts';
import type { Authorizer } from '../authorizer.ts';
import type { Decision, Resource } from '../decision.ts';
import { roleActions } from '../role.ts';
import { findVersionRows, findVisibilityRows } from '../store/policy-rows.ts';
import type { AccessTables, Visibility } from '../tables.ts';
import { decide, type Facts, type Subject } from './decide.ts';
import { createGenerationCache } from './generation-cache.ts';
import { loadPolicy, type Policy } from './policy.ts';
import { publicOnly, readablePatterns } from './readable-patterns.ts';
import { createRedirects } from './redirects.ts';
import { patternsOf, scopeAllows, scopeHolds } from './token-scope.ts';
import { decideWorkload, pullableBy } from './workload-rights.ts';

/** A change by another process is seen after this long; one by this process at once. */
const LOOK_AGAIN_MS = 500;
/** Bounds on memory: some 100 bytes a decision, 10 KB a policy of 50 grants. */
const DECISIONS = 50_000;
const POLICIES = 2_000;
const NAMESPACES = 20_000;

const emptyPolicy: Policy = new Map();

/**
 * Remembers decisions and what they are made of until anything changes. Every change counts up a number in the
 * database, in the transaction that makes it; what was remembered under another number is not used.
 */
export async function createAuthorizer(options: {
  readonly db: Database<AccessTables>;
  readonly accounts: Accounts;
  readonly clock: Clock;
}): Promise<Authorizer> {
  const { accounts, clock } = options;
  const { reads } = options.db;
  const decisions = createGenerationCache<Decision>(DECISIONS);
  const policies = createGenerationCache<Policy>(POLICIES);
  const namespaces = createGenerationCache<{ account: Account | undefined }>(NAMESPACES);
  const redirects = createRedirects(reads);
  /** Counts what is forgotten: what was begun to be read before is not remembered after. */
  let generation = 0;
  let seen = { version: 0, redirects: 0 };
  let lookAt = 0;
  let looking: Promise<void> | undefined;

  await lookForChanges();

  function forget(): void {
    generation += 1;
    decisions.clear();
    policies.clear();
    namespaces.clear();
  }

  /** One look at a time; who asks meanwhile waits for it, so that nobody is answered from what is stale. */
  function lookForChanges(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function look(): Promise<void> {
    const at = clock.now();
    const [row] = await findVersionRows(reads, {});
    const now = row ?? { version: 0, redirects: 0 };
    if (now.redirects !== seen.redirects || redirects.isUnsure()) await redirects.load(now.redirects, at);
    if (now.version !== seen.version) forget();
    seen = now;
    lookAt = at + LOOK_AGAIN_MS;
  }

  async function authorize(actor: Actor | undefined, action: string, resource: Resource): Promise<Decision> {
    if (clock.now() >= lookAt) await lookForChanges();
    const key = `${actor?.accountId ?? ''}${actor?.isAdministrator ? '!' : ''} ${action} ${resource.type}:${resource.name}`;
    let decision = decisions.find(key);
    if (!decision) {
      const begun = generation;
      const facts = await gatherFacts(toSubject(actor), resource);
      decision = decide(facts, action, resource);
      // Of a repository that is not there nothing is remembered: the push that makes it tells nobody but the database,
      // and whoever pulls right afterwards must find it.
      const isMissing = resource.type === 'repository' && facts.visibility === undefined;
      if (begun === generation && !isMissing) decisions.set(key, decision);
    }
    if (actor?.rights && !decision.allowed) return decideWorkload(actor.rights, action, resource) ?? decision;
    const scope = actor?.credential.scope;
    if (!scope || !decision.allowed || isForEverybody(decision)) return decision;
    return scopeAllows(scope, action, resource) ? decision : { allowed: false, because: 'token-scope' };
  }

  async function gatherFacts(subject: Subject | undefined, { type, name }: Resource): Promise<Facts> {
    const namespaceName = type === 'repository' ? namespaceOf(name) : type === 'namespace' ? name : undefined;
    const namespace = namespaceName === undefined ? undefined : await findNamespace(namespaceName);
    const policy = subject && namespace ? await findPolicy(subject.accountId) : emptyPolicy;
    const visibility = type === 'repository' ? await findVisibility(name) : undefined;
    return { subject, policy, namespace, visibility };
  }

  async function findNamespace(name: string): Promise<Account | undefined> {
    const known = namespaces.find(name);
    if (known) return known.account;
    const begun = generation;
    const account = await accounts.find(name);
    if (begun === generation) namespaces.set(name, { account });
    return account;
  }

  async function findPolicy(accountId: number): Promise<Policy> {
    const key = String(accountId);
    const known = policies.find(key);
    if (known) return known;
    const begun = generation;
    const policy = await loadPolicy(reads, accountId);
    if (begun === generation) policies.set(key, policy);
    return policy;
  }

  async function findVisibility(repository: string): Promise<Visibility | undefined> {
    const [row] = await findVisibilityRows(reads, { repository });
    return row?.visibility;
  }

  /** A name that is only read counts as where it leads to. */
  function resolveResource({ type, name, actions }: AccessRequirement): Resource {
    const isRead = type === 'repository' && actions.every((action) => action === 'pull');
    return { type, name: isRead ? redirects.resolve(name as RepositoryName) : name };
  }

  async function allowedOf(
    actor: Actor | undefined,
    requirement: AccessRequirement,
    actions: readonly string[],
  ) {
    const resource = resolveResource(requirement);
    const allowed = new Set<string>();
    for (const action of actions) {
      if ((await authorize(actor, action, resource)).allowed) allowed.add(action);
    }
    return allowed;
  }

  return {
    authorize,

    async may(actor, requirement) {
      const { actions } = requirement;
      if (actions.length === 0) return false;
      return (await allowedOf(actor, requirement, actions)).size === new Set(actions).size;
    },

    async maySee(actor, resource) {
      switch (resource.type) {
        case 'repository':
          return (await authorize(actor, 'pull', resource)).allowed;
        case 'namespace':
          return (await authorize(actor, 'view', resource)).allowed;
        case 'account':
          return (await authorize(actor, 'manage', resource)).allowed;
        default:
          // That there is a registry is no secret.
          return true;
      }
    },

    async grantableActions(actor, requirement) {
      const { type, actions } = requirement;
      const everything = ['pull', 'push', 'delete'];
      const isStar = type === 'repository' && actions.includes('*');
      // Of what a role can give, a registry token carries only what the Distribution API asks for.
      const known = type === 'repository' ? everything : type === 'registry' ? ['*', 'search'] : [];
      const asked = isStar ? everything : [...new Set(actions)].filter((action) => known.includes(action));
      const allowed = await allowedOf(actor, { ...requirement, actions: asked }, asked);
      const granted = asked.filter((action) => allowed.has(action));
      return isStar && granted.length === everything.length ? [...granted, '*'] : granted;
    },

    async heldActions(actor, namespace) {
      const facts = await gatherFacts(toSubject(actor), { type: 'namespace', name: namespace });
      const { subject, policy } = facts;
      if (!subject) return new Set();
      const hasAll = subject.isAdministrator || subject.accountId === facts.namespace?.id;
      const whole = (facts.namespace && policy.get(facts.namespace.id))?.filter((rule) => rule.isWhole) ?? [];
      const held = hasAll ? roleActions : whole.flatMap((rule) => [...rule.actions]);
      const scope = actor?.credential.scope;
      return new Set(scope ? held.filter((action) => scopeHolds(scope, action, namespace)) : held);
    },

    async findReadable(actor) {
      if (clock.now() >= lookAt) await lookForChanges();
      const subject = toSubject(actor);
      const scope = actor?.credential.scope;
      if (actor?.rights) return { ...publicOnly, patterns: pullableBy(actor.rights) };
      if (!subject || (scope && !scope.actions.includes('pull'))) return publicOnly;
      const within = scope && !scope.repositories.includes('**') ? patternsOf(scope) : undefined;
      if (subject.isAdministrator) return { all: true, publicOnes: true, patterns: [], within };
      const policy = await findPolicy(subject.accountId);
      return {
        all: false,
        publicOnes: true,
        patterns: await readablePatterns(accounts, subject, policy),
        within,
      };
    },

    findVisibility,

    resolveRepositoryName: redirects.resolve,

    forgetRedirect(name, version) {
      redirects.forget(name, { version, until: clock.now() + LOOK_AGAIN_MS });
    },

    async invalidate() {
      forget();
      // One that is under way may have read before the commit.
      await looking;
      await lookForChanges();
    },
  };
}

function toSubject(actor: Actor | undefined): Subject | undefined {
  if (actor?.accountId === undefined) return undefined;
  const { accountId, name, kind, isAdministrator } = actor;
  return { accountId, name, isUser: kind === 'user', isAdministrator };
}

/** What anybody may do, the holder of a limited token may do too: he could leave the token away. */
function isForEverybody(decision: Decision): boolean {
  return decision.allowed && decision.because.kind === 'public';
}
