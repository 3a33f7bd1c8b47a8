import type { ApiRoute } from '../../rest/index.ts';
import type { AccessContext } from '../context.ts';
import { explainRoutes } from './explain-routes.ts';
import { grantRoutes } from './grant-routes.ts';
import { memberRoutes } from './member-routes.ts';
import { organisationRoutes } from './organisation-routes.ts';
import { repositoryAccessRoutes } from './repository-access-routes.ts';
import { roleRoutes } from './role-routes.ts';
import { teamMemberRoutes } from './team-member-routes.ts';
import { teamRoutes } from './team-routes.ts';

/** Who may do what, through the API. */
export function accessRoutes(context: AccessContext): ApiRoute[] {
  return [
    ...organisationRoutes(context),
    ...memberRoutes(context),
    ...teamRoutes(context),
    ...teamMemberRoutes(context),
    ...grantRoutes(context),
    ...roleRoutes(context),
    ...repositoryAccessRoutes(context),
    ...explainRoutes(context),
  ];
}
