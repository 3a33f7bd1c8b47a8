import { OciError, parseRepositoryName } from '../../oci/index.ts';

export interface RequestedScope {
  readonly type: 'repository' | 'registry';
  /** As it was asked for: `a/b`, for content trust also `HOST:PORT/a/b`. */
  readonly name: string;
  /** Whose rights decide: the name without host and port. */
  readonly resource: string;
  readonly actions: readonly string[];
}

/** `docker push` of a manifest list asks for some tens; each costs a decision. What is beyond is not granted. */
const MAX_SCOPES = 100;

/**
 * Scopes as in clients.md 3.5, each parameter holding several with spaces between them; those of one name are put
 * together. What is not understood is left out, as every token server does: a token that carries less is told what is missing.
 */
export function parseScopes(parameters: readonly string[]): readonly RequestedScope[] {
  const scopes = new Map<string, RequestedScope>();
  for (const text of parameters.flatMap((parameter) => parameter.split(' '))) {
    const scope = findScope(text);
    if (!scope) continue;
    const key = `${scope.type}:${scope.name}`;
    const known = scopes.get(key);
    if (!known && scopes.size >= MAX_SCOPES) continue;
    const actions = [...new Set([...(known?.actions ?? []), ...scope.actions])];
    scopes.set(key, { ...scope, actions });
  }
  return [...scopes.values()];
}

const knownActions = {
  repository: new Set(['pull', 'push', 'delete', '*']),
  registry: new Set(['*', 'search']),
} as const;

function findScope(text: string): RequestedScope | undefined {
  // At the first and the last colon: a name may hold one of its own, before the port of its host.
  const [first, last] = [text.indexOf(':'), text.lastIndexOf(':')];
  if (first === last) return undefined;
  // `repository(plugin)` is docker's word for a plugin's repository, which has no rights of its own.
  const type = text.slice(0, first).replace(/\([a-z0-9]+\)$/, '');
  if (type !== 'repository' && type !== 'registry') return undefined;
  const name = text.slice(first + 1, last);
  const resource = type === 'repository' ? findRepositoryName(name) : name === 'catalog' ? name : undefined;
  const actions = text
    .slice(last + 1)
    .split(',')
    .filter((action) => knownActions[type].has(action));
  return resource === undefined || actions.length === 0 ? undefined : { type, name, resource, actions };
}

/**
 * Content trust names a repository with the registry's host and port before it (its "globally unique name"). With a
 * colon in it, that is no name the registry itself would answer to, so the claim opens nothing else.
 */
function findRepositoryName(name: string): string | undefined {
  const withoutHost = name.replace(/^(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}\//, '');
  try {
    return parseRepositoryName(withoutHost);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}
