import { type Call, jsonReply, type Reply, type RouteAccess, type RouteRecord } from '../../http/index.ts';
import { parseRepositoryName, type RepositoryName } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';

type Params = Readonly<Record<string, string>>;

/** A request that tools written for Docker Hub send, under each of the paths that they write it with. */
export interface HubRequest {
  readonly name: string;
  readonly method: RouteRecord['method'];
  /** Without the slash at the end, which both exist with and without. */
  readonly paths: readonly string[];
  access(params: Params): RouteAccess;
  /** Answers what is sent as JSON. */
  handle(call: Call): Promise<unknown>;
}

export function hubRoutes({ paths, handle, ...request }: HubRequest): RouteRecord[] {
  return paths
    .flatMap((path) => [path, `${path}/`])
    .map((path) => ({
      ...request,
      path,
      surface: 'api',
      errorWords: 'docker-hub',
      handle: async (call): Promise<Reply> =>
        jsonReply(200, await handle(call), { 'Cache-Control': 'no-store' }),
    }));
}

/** Docker Hub's namespace of the repositories whose name has one component here. */
export const OFFICIAL = 'library';

/** `{namespace}` and `{name+}` of a path. Throws NAME_INVALID. */
export function repositoryOf({ namespace = '', name = '' }: Params): RepositoryName {
  if (namespace !== OFFICIAL) return parseRepositoryName(`${namespace}/${name}`);
  const repository = parseRepositoryName(name);
  // library/acme/app would be another name for acme/app.
  if (repository.includes('/')) throw notFound();
  return repository;
}

export function splitName(repository: string): { namespace: string; name: string } {
  const slash = repository.indexOf('/');
  return slash < 0
    ? { namespace: OFFICIAL, name: repository }
    : { namespace: repository.slice(0, slash), name: repository.slice(slash + 1) };
}

/**
 * The repository of the path when who asks may read it. Throws `Problem` not-found in the same words when not, anybody
 * too: tools take 401 for wrong credentials.
 */
export async function getReadable(call: Call): Promise<RepositoryName> {
  const name = repositoryOf(call.params);
  if (!(await call.may({ type: 'repository', name, actions: ['pull'] }))) throw notFound();
  return name;
}

export const notFound = () => problem('not-found', 'object not found');
