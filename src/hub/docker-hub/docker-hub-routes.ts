import type { RouteRecord } from '../../http/index.ts';
import type { ApiLogins } from '../api-logins.ts';
import type { HubContext } from '../context.ts';
import { hubLoginRoutes } from './login-routes.ts';
import { hubRepositoryRoutes } from './repository-routes.ts';
import { hubTagRoutes } from './tag-routes.ts';

/**
 * The part of Docker Hub's API that tools use (docs/DOCKER-HUB-API.md). Not for a registry without accounts: only they keep the first
 * components of these paths from being the names of repositories, which are pulled from the same paths.
 */
export function dockerHubRoutes(context: HubContext, apiLogins: ApiLogins): RouteRecord[] {
  return [...hubLoginRoutes(apiLogins), ...hubRepositoryRoutes(context), ...hubTagRoutes(context)];
}
