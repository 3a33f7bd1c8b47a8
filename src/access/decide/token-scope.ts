import type { TokenScope } from '../../http/index.ts';
import type { Resource } from '../decision.ts';
import { compilePattern, type Pattern, wholeNamespace } from '../pattern.ts';
import type { RoleAction } from '../role.ts';

/** Made of one scope once: the object lives as long as whoever verifies tokens keeps it. */
const compiled = new WeakMap<TokenScope, readonly Pattern[]>();

/** Whether a token limited to `scope` may be used for this at all. It never adds anything. */
export function scopeAllows(scope: TokenScope, action: string, resource: Resource): boolean {
  const needed = neededAction(action, resource);
  if (!scope.actions.includes(needed)) return false;
  switch (resource.type) {
    case 'repository':
      return patternsOf(scope).some((pattern) => pattern.matches(resource.name));
    case 'namespace':
      // To see a namespace is to see that it is there, which any of its repositories tells.
      return action === 'view' ? touches(scope, resource.name) : coversNamespace(scope, resource.name);
    default:
      return scope.repositories.includes('**');
  }
}

/** Whether a token limited to `scope` carries what a role can allow on all of a namespace: no more may be given with it. */
export function scopeHolds(scope: TokenScope, roleAction: RoleAction, namespace: string): boolean {
  const [type, action = ''] = roleAction.split(':');
  const needed = neededAction(action, { type: type === 'repository' ? type : 'namespace', name: namespace });
  return scope.actions.includes(needed) && coversNamespace(scope, namespace);
}

function neededAction(action: string, { type }: Resource): TokenScope['actions'][number] {
  if (type === 'repository') {
    return action === 'pull' || action === 'push' || action === 'delete' ? action : 'admin';
  }
  if (type === 'namespace' && action === 'view') return 'pull';
  if (type === 'namespace' && action === 'create') return 'push';
  return 'admin';
}

export function patternsOf(scope: TokenScope): readonly Pattern[] {
  let patterns = compiled.get(scope);
  if (!patterns) {
    patterns = scope.repositories.map(compilePattern);
    compiled.set(scope, patterns);
  }
  return patterns;
}

function coversNamespace({ repositories }: TokenScope, namespace: string): boolean {
  return repositories.includes('**') || repositories.includes(wholeNamespace(namespace));
}

function touches({ repositories }: TokenScope, namespace: string): boolean {
  return repositories.some((text) => text.startsWith('*') || text.startsWith(`${namespace}/`));
}
