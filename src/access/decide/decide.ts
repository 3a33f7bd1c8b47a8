import { namespaceOf } from '../../oci/index.ts';
import type { Account } from '../accounts.ts';
import type { Decision, Denial, Resource, Rule } from '../decision.ts';
import type { RoleAction } from '../role.ts';
import type { Visibility } from '../tables.ts';
import type { Policy, PolicyRule } from './policy.ts';

/** Who asks, as far as decisions go: an account, or nobody. */
export interface Subject {
  readonly accountId: number;
  readonly name: string;
  readonly isUser: boolean;
  readonly isAdministrator: boolean;
}

/** All that a decision is made of; looked up before, so that deciding itself is a function and nothing else. */
export interface Facts {
  readonly subject: Subject | undefined;
  readonly policy: Policy;
  /** The account that owns the repository, or is the namespace. */
  readonly namespace: Account | undefined;
  /** Of the repository; undefined when it has no row: it does not exist yet, or was there before accounts were. */
  readonly visibility: Visibility | undefined;
}

const repositoryActions = new Set(['pull', 'push', 'delete', 'settings', 'administer']);
const namespaceActions = new Set([
  'view',
  'create',
  'members',
  'teams',
  'robots',
  'grants',
  'settings',
  'audit',
  'administer',
]);

export function decide(facts: Facts, action: string, resource: Resource): Decision {
  switch (resource.type) {
    case 'repository':
      return repositoryActions.has(action) ? decideRepository(facts, action, resource.name) : deny('unknown');
    case 'namespace':
      return namespaceActions.has(action) ? decideNamespace(facts, action, resource.name) : deny('unknown');
    case 'account':
      return action === 'manage' ? decideAccount(facts, resource.name) : deny('unknown');
    case 'registry':
      return decideRegistry(facts, action, resource.name);
    case 'system':
      return decideSystem(facts, action);
  }
}

function decideRepository(facts: Facts, action: string, name: string): Decision {
  const { subject, namespace, visibility } = facts;
  // First, so that what anybody may do is known as such, whoever does it.
  if (action === 'pull' && visibility === 'public') return allow({ kind: 'public' });
  if (subject?.isAdministrator) return allow({ kind: 'administrator' });
  if (namespaceOf(name) === undefined) return deny('official');
  if (!namespace || namespace.kind === 'robot') return deny('no-namespace');
  if (!subject) return deny('no-rule');
  if (subject.accountId === namespace.id) return allow({ kind: 'self' });
  const needed: RoleAction[] = [`repository:${action}` as RoleAction];
  const isNew = visibility === undefined && action === 'push';
  if (isNew) needed.push('namespace:create');
  const rule = facts.policy
    .get(namespace.id)
    ?.find(
      (candidate) =>
        needed.every((one) => candidate.actions.has(one)) &&
        candidate.covers(name) &&
        (!isNew || candidate.hasWildcard),
    );
  return rule ? allow(rule.describe(namespace.name)) : deny('no-rule');
}

function decideNamespace(facts: Facts, action: string, name: string): Decision {
  const { subject, namespace } = facts;
  if (subject?.isAdministrator) return allow({ kind: 'administrator' });
  if (!namespace || namespace.kind === 'robot') return deny('no-namespace');
  if (!subject) return deny('no-rule');
  if (subject.accountId === namespace.id) return allow({ kind: 'self' });
  const needed = `namespace:${action}` as RoleAction;
  const fits = (rule: PolicyRule) => action === 'view' || (rule.isWhole && rule.actions.has(needed));
  const rule = facts.policy.get(namespace.id)?.find(fits);
  return rule ? allow(rule.describe(name)) : deny('no-rule');
}

function decideAccount({ subject }: Facts, name: string): Decision {
  if (subject?.isUser && subject.name === name) return allow({ kind: 'self' });
  return subject?.isAdministrator ? allow({ kind: 'administrator' }) : deny('no-rule');
}

function decideRegistry({ subject }: Facts, action: string, name: string): Decision {
  if (name !== 'catalog' || (action !== '*' && action !== 'search')) return deny('unknown');
  if (action === 'search') return allow({ kind: 'everybody' });
  // It lists every name there is, those of private repositories too.
  return subject?.isAdministrator ? allow({ kind: 'administrator' }) : deny('no-rule');
}

function decideSystem({ subject }: Facts, action: string): Decision {
  if (action !== 'administer' && action !== 'create-organisation') return deny('unknown');
  if (subject?.isAdministrator) return allow({ kind: 'administrator' });
  if (action === 'create-organisation' && subject?.isUser) return allow({ kind: 'everybody' });
  return deny('no-rule');
}

function allow(because: Rule): Decision {
  return { allowed: true, because };
}

function deny(because: Denial): Decision {
  return { allowed: false, because };
}
