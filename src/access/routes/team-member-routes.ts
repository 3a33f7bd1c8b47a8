import { z } from 'zod';
import {
  deleteTeamMember,
  listTeamMembers as listTeamMembersContract,
  putTeamMember as putTeamMemberContract,
} from '../../api/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, problem } from '../../rest/index.ts';
import { changeAccess } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import { putInTeam } from '../put-in-team.ts';
import { listTeamMembers, removeTeamMember } from '../store/teams.ts';
import { getTeam } from './get-team.ts';
import { assertMayManageTeam } from './give.ts';
import { getUser, namesOf, onOrganisation, recordIn, toTime } from './namespace.ts';

export function teamMemberRoutes(context: AccessContext): ApiRoute[] {
  return [
    apiRoute(listTeamMembersContract, {
      access: onOrganisation('view'),
      async handle({ params, query: { limit, cursor } }) {
        const { team } = await getTeam(context, context.db.reads, params);
        const after = decodeCursor(z.int(), cursor) ?? 0;
        const rows = await listTeamMembers(context.db.reads, team.id, { after, limit });
        const accounts = await namesOf(
          context,
          rows.map((row) => row.accountId),
        );
        const items = rows.flatMap(({ accountId, since }) => {
          const account = accounts.get(accountId);
          return account ? [{ name: account.name, since: toTime(since) }] : [];
        });
        const last = rows.length === limit ? rows.at(-1)?.accountId : undefined;
        return { body: { items, ...(last !== undefined && { next: encodeCursor(last) }) } };
      },
    }),

    apiRoute(putTeamMemberContract, {
      access: onOrganisation('teams'),
      async handle({ params, call }) {
        const user = await getUser(context, params.user);
        const now = context.clock.now();
        const since = await changeAccess(context, async (trx) => {
          const { organisation, team } = await getTeam(context, trx, params);
          await assertMayManageTeam(context, trx, { actor: call.actor, organisation, team });
          const member = await putInTeam(trx, {
            organisationId: organisation.id,
            teamId: team.id,
            accountId: user.id,
            now,
          });
          await recordIn(context, trx, {
            call,
            namespace: organisation.name,
            action: putTeamMemberContract.name,
            after: { team: team.name, user: user.name },
          });
          return member.since;
        });
        return { body: { name: user.name, since: toTime(since) } };
      },
    }),

    apiRoute(deleteTeamMember, {
      access: onOrganisation('teams'),
      async handle({ params, call }) {
        const user = await getUser(context, params.user);
        await changeAccess(context, async (trx) => {
          const { organisation, team } = await getTeam(context, trx, params);
          await assertMayManageTeam(context, trx, { actor: call.actor, organisation, team });
          if (!(await removeTeamMember(trx, team.id, user.id))) {
            throw problem('not-found', `${user.name} is not in the team ${team.name}.`);
          }
          await recordIn(context, trx, {
            call,
            namespace: organisation.name,
            action: deleteTeamMember.name,
            before: { team: team.name, user: user.name },
          });
        });
        return {};
      },
    }),
  ];
}
