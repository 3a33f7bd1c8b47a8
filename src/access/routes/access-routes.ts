import type { ApiRoute } from '../../rest/index.ts';
import type { AccessContext } from '../context.ts';
import { explainRoutes } from './explain.ts';
import { grantRoutes } from './grants.ts';
import { memberRoutes } from './members.ts';
import { organisationRoutes } from './organisations.ts';
import { repositoryAccessRoutes } from './repositories.ts';
import { roleRoutes } from './roles.ts';
import { teamMemberRoutes } from './team-members.ts';
import { teamRoutes } from './teams.ts';

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
