import type { Call, RouteRecord } from '../http/index.ts';
import type { RepositoryName } from '../oci/index.ts';

/**
 * Routes of the registry where a repository that was renamed is still read under its old name. The guard is asked about
 * the name that the client knows: its token is for that one.
 */
export function followRenames(
  routes: readonly RouteRecord[],
  resolve: (name: RepositoryName) => RepositoryName,
): RouteRecord[] {
  return routes.map((route) => {
    if (route.method !== 'GET' && route.method !== 'HEAD') return route;
    return {
      ...route,
      handle(call) {
        const asked = call.params.name;
        const name = asked === undefined ? asked : resolve(asked as RepositoryName);
        return route.handle(name === undefined || name === asked ? call : renamed(call, name));
      },
    };
  });
}

/** The call itself below, because some of what it tells is found out when it is asked for. */
function renamed(call: Call, name: string): Call {
  return Object.create(call, { params: { value: { ...call.params, name } } });
}
