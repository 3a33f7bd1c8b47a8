import type { Explanation } from '../../api/index.ts';
import { namespaceOf } from '../../oci/index.ts';
import type { Denial } from '../decision.ts';
import { wholeNamespace } from '../pattern.ts';
import { builtInRoles, type RoleAction } from '../role.ts';
import type { Visibility } from '../tables.ts';
import type { Asked } from './sentence.ts';

type Remedy = Explanation['would_change'][number];

/** Each of these alone would turn a refusal round. `known`: what whoever asks may know of the resource. */
export function remediesFor(
  asked: Asked,
  denial: Denial | 'disabled',
  known: { visibility: Visibility | undefined },
): Remedy[] {
  const { who, action, resource } = asked;
  const isRepository = resource.type === 'repository';
  const publish: Remedy[] =
    isRepository && action === 'pull' && known.visibility === 'private'
      ? [{ kind: 'make-public', sentence: `${ownersOf(resource.name)} makes ${resource.name} public.` }]
      : [];
  switch (denial) {
    case 'unknown':
      return [];
    case 'disabled':
      return [{ kind: 'none', sentence: 'An administrator enables the account again.' }];
    case 'token-scope':
      return [
        {
          kind: 'other-token',
          sentence: `Make a token whose scope has ${action} on ${resource.name}, and use that.`,
        },
      ];
    case 'official':
      return [administrator(who), ...publish];
    case 'no-namespace': {
      const namespace = isRepository ? (namespaceOf(resource.name) ?? '') : resource.name;
      return [
        { kind: 'make-namespace', sentence: `Somebody makes the organisation ${namespace}.`, namespace },
      ];
    }
    case 'no-rule':
      return [...(who === undefined ? [logIn(asked)] : missingRule(asked, who, known)), ...publish];
  }
}

function missingRule(asked: Asked, who: string, known: { visibility: Visibility | undefined }): Remedy[] {
  const { action, resource } = asked;
  if (resource.type === 'account') {
    return [{ kind: 'none', sentence: `Only ${resource.name} and administrators may.` }];
  }
  if (resource.type !== 'repository' && resource.type !== 'namespace') return [administrator(who)];
  const namespace = namespaceOf(resource.name) ?? resource.name;
  const isNamed = resource.type === 'repository' && (action !== 'push' || known.visibility !== undefined);
  // A repository that is still to be made is covered by a pattern with a wildcard alone.
  const pattern = isNamed ? resource.name : wholeNamespace(namespace);
  const role = leastRole(`${resource.type}:${action}` as RoleAction);
  const sentence = `An owner of ${namespace} gives ${who} the role ${role} on ${pattern}, or puts ${who} into a team that has it.`;
  return [{ kind: 'grant', sentence, namespace, role, pattern }];
}

function logIn({ action, resource }: Asked): Remedy {
  return { kind: 'log-in', sentence: `Log in as somebody who may ${action} ${resource.name}.` };
}

function administrator(who: string | undefined): Remedy {
  return {
    kind: 'make-administrator',
    sentence: who === undefined ? 'Log in as an administrator.' : `Somebody makes ${who} an administrator.`,
  };
}

function ownersOf(repository: string): string {
  const namespace = namespaceOf(repository);
  return namespace === undefined ? 'An administrator' : `An owner or maintainer of ${namespace}`;
}

function leastRole(action: RoleAction): string {
  for (const [name, actions] of builtInRoles) if (actions.includes(action)) return name;
  return 'owner';
}
