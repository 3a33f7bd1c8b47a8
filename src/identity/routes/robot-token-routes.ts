import { createRobotToken, deleteRobotToken, listRobotTokens } from '../../api/index.ts';
import type { RouteRecord } from '../../http/index.ts';
import { apiRoute, originOf, pageOfItems, problem } from '../../rest/index.ts';
import { createAccessToken, deleteAccessToken, listAccessTokens } from '../access-tokens/access-tokens.ts';
import type { IdentityContext } from '../identity-context.ts';
import { inApiWords } from './api-words.ts';
import { getOrganisationOf, getRobotOf, manageRobots } from './robot-words.ts';
import { assertNoMoreThan, showToken, toNewToken } from './token-words.ts';

export function robotTokenRoutes(context: IdentityContext): RouteRecord[] {
  const { db, clock, changes, audit, assertMayManage } = context;
  return [
    apiRoute(listRobotTokens, {
      access: manageRobots,
      async handle({ params, query }) {
        const { id } = await getRobotOf(db.reads, params);
        const tokens = (await listAccessTokens(db.reads, id)).map(showToken);
        return { body: pageOfItems(tokens, query, (token) => token.id) };
      },
    }),

    apiRoute(createRobotToken, {
      access: manageRobots,
      async handle({ params, body, call }) {
        const now = clock.now();
        const wanted = toNewToken(body, now);
        return inApiWords(() =>
          changes.transaction(async (trx) => {
            const robot = await getRobotOf(trx, params);
            const organisation = await getOrganisationOf(trx, params.organisation);
            await assertMayManage(call.actor, { account: robot, organisation });
            await assertNoMoreThan(trx, { actor: call.actor, ...wanted });
            const { token, secret } = await createAccessToken(trx, {
              ...wanted,
              accountId: robot.id,
              kind: 'rob',
              createdBy: call.actor?.accountId,
              now,
            });
            const shown = showToken(token);
            const resource = { type: 'token', name: token.id, namespace: params.organisation };
            const entry = { action: createRobotToken.name, origin: originOf(call), resource };
            await audit.record(trx, { ...entry, after: { robot: robot.name, ...shown } });
            return { body: { ...shown, secret } };
          }),
        );
      },
    }),

    apiRoute(deleteRobotToken, {
      access: manageRobots,
      async handle({ params, call }) {
        await changes.transaction(async (trx) => {
          const robot = await getRobotOf(trx, params);
          const organisation = await getOrganisationOf(trx, params.organisation);
          await assertMayManage(call.actor, { account: robot, organisation });
          const token = await deleteAccessToken(trx, { accountId: robot.id, id: params.id });
          if (!token) throw problem('not-found', 'There is no such token.');
          const resource = { type: 'token', name: token.id, namespace: params.organisation };
          const entry = { action: deleteRobotToken.name, origin: originOf(call), resource };
          await audit.record(trx, { ...entry, before: { robot: robot.name, ...showToken(token) } });
        });
        return {};
      },
    }),
  ];
}
