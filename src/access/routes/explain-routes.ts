import { explainAccess as contract } from '../../api/index.ts';
import { type ApiRoute, apiRoute, problem } from '../../rest/index.ts';
import type { AccessContext } from '../context.ts';
import { explainAccess } from '../explain/explain-access.ts';

export function explainRoutes(context: AccessContext): ApiRoute[] {
  return [
    apiRoute(contract, {
      access: () => 'authenticated',
      async handle({ query: { actor, anonymous, action, resource }, call }) {
        const asker = call.actor;
        if (!asker) throw problem('unauthorized', 'Log in first.');
        const about = anonymous ? undefined : (actor ?? asker.name);
        return { body: await explainAccess(context, { asker, about, action, resource }) };
      },
    }),
  ];
}
