import { z } from 'zod';
import {
  createTeam,
  deleteTeam,
  getTeam as getTeamContract,
  listTeams as listTeamsContract,
  updateTeam,
} from '../../api/index.ts';
import {
  type ApiRoute,
  apiRoute,
  assertIfMatch,
  decodeCursor,
  encodeCursor,
  etagOf,
  problem,
} from '../../rest/index.ts';
import { changeAccess } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import { describeTeam, findTeam, insertTeam, listTeams, removeTeam, type TeamRow } from '../store/teams.ts';
import { getTeam } from './get-team.ts';
import { assertMayManageTeam } from './give.ts';
import { getOrganisation, onOrganisation, recordIn, toTime } from './namespace.ts';

export function teamRoutes(context: AccessContext): ApiRoute[] {
  const { reads } = context.db;
  return [
    apiRoute(listTeamsContract, {
      access: onOrganisation('view'),
      async handle({ params, query: { limit, cursor } }) {
        const organisation = await getOrganisation(context, params.organisation);
        const after = decodeCursor(z.string(), cursor) ?? '';
        const rows = await listTeams(reads, organisation.id, { after, limit });
        const last = rows.length === limit ? rows.at(-1)?.name : undefined;
        return { body: { items: rows.map(show), ...(last !== undefined && { next: encodeCursor(last) }) } };
      },
    }),

    apiRoute(createTeam, {
      access: onOrganisation('teams'),
      async handle({ params, body: { name, description }, call }) {
        const organisation = await getOrganisation(context, params.organisation);
        const team = { name, description, created_at: context.clock.now() };
        await changeAccess(context, async (trx) => {
          if (await findTeam(trx, organisation.id, name)) {
            throw problem('conflict', `${organisation.name} has a team ${name} already.`);
          }
          await insertTeam(trx, organisation.id, team);
          const after = { team: name, description };
          await recordIn(context, trx, {
            call,
            namespace: organisation.name,
            action: createTeam.name,
            after,
          });
        });
        return { body: show(team) };
      },
    }),

    apiRoute(getTeamContract, {
      access: onOrganisation('view'),
      async handle({ params }) {
        const { team } = await getTeam(context, reads, params);
        return { body: show(team), etag: etagOf(show(team)) };
      },
    }),

    apiRoute(updateTeam, {
      access: onOrganisation('teams'),
      async handle({ params, body, call }) {
        const changed = await changeAccess(context, async (trx) => {
          const { organisation, team } = await getTeam(context, trx, params);
          assertIfMatch(call, etagOf(show(team)));
          const description = body.description ?? team.description;
          await describeTeam(trx, team.id, description);
          await recordIn(context, trx, {
            call,
            namespace: organisation.name,
            action: updateTeam.name,
            before: { team: team.name, description: team.description },
            after: { team: team.name, description },
          });
          return { ...team, description };
        });
        return { body: show(changed), etag: etagOf(show(changed)) };
      },
    }),

    apiRoute(deleteTeam, {
      access: onOrganisation('teams'),
      async handle({ params, call }) {
        await changeAccess(context, async (trx) => {
          const { organisation, team } = await getTeam(context, trx, params);
          await assertMayManageTeam(context, trx, { actor: call.actor, organisation, team });
          await removeTeam(trx, team.id);
          const before = { team: team.name, description: team.description };
          await recordIn(context, trx, {
            call,
            namespace: organisation.name,
            action: deleteTeam.name,
            before,
          });
        });
        return {};
      },
    }),
  ];
}

function show({ name, description, created_at }: Omit<TeamRow, 'id'>) {
  return { name, description, created_at: toTime(created_at) };
}
