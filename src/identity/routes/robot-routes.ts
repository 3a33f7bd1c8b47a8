import { z } from 'zod';
import { createRobot, deleteRobot, getRobot, listRobots, updateRobot } from '../../api/index.ts';
import type { Call, RouteRecord } from '../../http/index.ts';
import { apiRoute, assertIfMatch, decodeCursor, encodeCursor, etagOf, originOf } from '../../rest/index.ts';
import { deleteAccount } from '../accounts/delete-account.ts';
import {
  changeRobot,
  createRobot as createIn,
  listRobots as listIn,
  type Robot,
} from '../accounts/robots.ts';
import type { IdentityContext } from '../identity-context.ts';
import { inApiWords } from './api-words.ts';
import { getOrganisationOf, getRobotOf, manageRobots, showRobot } from './robot-words.ts';

export function robotRoutes(context: IdentityContext): RouteRecord[] {
  const { db, clock, changes, audit, assertMayManage, onAccountDeleted } = context;

  const versionOf = ({ lastSeenAt: _, ...robot }: Robot) => etagOf(robot);
  const entryOf = (call: Call, { action, name }: { action: string; name: string }) => ({
    action,
    origin: originOf(call),
    resource: { type: 'account', name, namespace: name.split('+')[0] },
  });

  return [
    apiRoute(listRobots, {
      access: manageRobots,
      async handle({ params, query }) {
        const { id: ownerId } = await getOrganisationOf(db.reads, params.organisation);
        const after = decodeCursor(z.string(), query.cursor);
        const robots = await listIn(db.reads, { ownerId, after, limit: query.limit + 1 });
        const items = robots.slice(0, query.limit);
        const last = robots.length > items.length ? items.at(-1) : undefined;
        return { body: { items: items.map(showRobot), ...(last && { next: encodeCursor(last.name) }) } };
      },
    }),

    apiRoute(createRobot, {
      access: manageRobots,
      async handle({ params, body, call }) {
        return inApiWords(() =>
          changes.transaction(async (trx) => {
            const { id: ownerId } = await getOrganisationOf(trx, params.organisation);
            const name = `${params.organisation}+${body.name}`;
            const createdBy = call.actor?.accountId;
            await createIn(trx, {
              name,
              ownerId,
              description: body.description,
              createdBy,
              now: clock.now(),
            });
            const robot = await getRobotOf(trx, { ...params, robot: body.name });
            const entry = entryOf(call, { action: createRobot.name, name });
            await audit.record(trx, { ...entry, after: showRobot(robot) });
            return { body: showRobot(robot), etag: versionOf(robot) };
          }),
        );
      },
    }),

    apiRoute(getRobot, {
      access: manageRobots,
      async handle({ params }) {
        const robot = await getRobotOf(db.reads, params);
        return { body: showRobot(robot), etag: versionOf(robot) };
      },
    }),

    apiRoute(updateRobot, {
      access: manageRobots,
      async handle({ params, body, call }) {
        return changes.transaction(async (trx) => {
          const before = await getRobotOf(trx, params);
          const organisation = await getOrganisationOf(trx, params.organisation);
          await assertMayManage(call.actor, { account: before, organisation });
          assertIfMatch(call, versionOf(before));
          const { description, disabled: isDisabled } = body;
          await changeRobot(trx, { id: before.id, now: clock.now(), description, isDisabled });
          const robot = await getRobotOf(trx, params);
          const entry = entryOf(call, { action: updateRobot.name, name: robot.name });
          await audit.record(trx, { ...entry, before: showRobot(before), after: showRobot(robot) });
          return { body: showRobot(robot), etag: versionOf(robot) };
        });
      },
    }),

    apiRoute(deleteRobot, {
      access: manageRobots,
      async handle({ params, call }) {
        await changes.transaction(async (trx) => {
          const robot = await getRobotOf(trx, params);
          const organisation = await getOrganisationOf(trx, params.organisation);
          await assertMayManage(call.actor, { account: robot, organisation });
          await onAccountDeleted(trx, { id: robot.id, name: robot.name });
          await deleteAccount(trx, robot.id);
          const entry = entryOf(call, { action: deleteRobot.name, name: robot.name });
          await audit.record(trx, { ...entry, before: showRobot(robot) });
        });
        return {};
      },
    }),
  ];
}
