import type { RouteRecord } from '../../http/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { linkPages } from '../pages/link-pages.ts';
import { accessTokenRoutes } from './access-token-routes.ts';
import { passwordRoutes } from './password-routes.ts';
import { robotRoutes } from './robot-routes.ts';
import { robotTokenRoutes } from './robot-token-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { twoFactorRoutes } from './two-factor-routes.ts';
import { userRoutes } from './user-routes.ts';

export function identityRoutes(context: IdentityContext): RouteRecord[] {
  return [
    ...userRoutes(context),
    ...passwordRoutes(context),
    ...linkPages(),
    ...sessionRoutes(context),
    ...twoFactorRoutes(context),
    ...accessTokenRoutes(context),
    ...robotRoutes(context),
    ...robotTokenRoutes(context),
  ];
}
