import type { z } from 'zod';
import {
  createTeam,
  deleteTeam,
  deleteTeamMember,
  getTeam,
  listTeamMembers,
  listTeams,
  putTeamMember,
  type teamMemberSchema,
  type teamSchema,
} from '../../api/index.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { age, type Columns, minute } from './columns.ts';

const columns: Columns<z.output<typeof teamSchema>> = {
  TEAM: (team) => team.name,
  DESCRIPTION: (team) => team.description,
  MADE: (team) => minute(team.created_at),
};

const memberColumns: Columns<z.output<typeof teamMemberSchema>> = {
  NAME: (member) => member.name,
  SINCE: (member, now) => age(member.since, now),
};

const which = { organisation: 'whose', team: 'which' } as const;

const list = apiCommand({
  name: 'list',
  description: 'teams of an organisation',
  arguments: { organisation: 'whose' },
  run: ({ api, list }, params) =>
    list((cursor) => api.call(listTeams, { params, query: { cursor } }), {
      columns,
      empty: `It has no teams. Make one: lading team create ${params.organisation} NAME`,
    }),
});

const show = apiCommand({
  name: 'show',
  description: 'one team',
  arguments: which,
  run: async ({ api, show }, params) => show(await api.call(getTeam, { params }), columns),
});

const create = apiCommand({
  name: 'create',
  description: 'make a team',
  arguments: { organisation: 'whose', team: 'its name' },
  options: { description: { value: 'text', help: 'what it is for' } },
  async run({ api, done }, { organisation, team }, { description }) {
    const made = await api.call(createTeam, { params: { organisation }, body: { name: team, description } });
    await done(
      `Made the team ${team}. Give it a role: lading grant add ${organisation} writer team:${team}`,
      made,
    );
  },
});

const remove = apiCommand({
  name: 'delete',
  description: 'delete a team, and with it what was given to it',
  arguments: which,
  async run({ api, done }, params) {
    await api.call(deleteTeam, { params });
    await done(`Deleted the team ${params.team} of ${params.organisation}.`, {
      deleted: params.team,
      organisation: params.organisation,
    });
  },
});

const member = commandGroup({
  name: 'member',
  description: 'who is in a team',
  commands: [
    apiCommand({
      name: 'list',
      description: 'who is in a team',
      arguments: which,
      run: ({ api, list }, params) =>
        list((cursor) => api.call(listTeamMembers, { params, query: { cursor } }), {
          columns: memberColumns,
          empty: 'Nobody is in it.',
        }),
    }),
    apiCommand({
      name: 'add',
      description: 'put a user into a team, and so into the organisation',
      arguments: { ...which, user: 'whom' },
      async run({ api, done }, params) {
        const added = await api.call(putTeamMember, { params });
        await done(`${params.user} is in ${params.team}.`, added);
      },
    }),
    apiCommand({
      name: 'remove',
      description: 'take a user out of a team',
      arguments: { ...which, user: 'whom' },
      async run({ api, done }, params) {
        await api.call(deleteTeamMember, { params });
        await done(`${params.user} is not in ${params.team} any more.`, {
          removed: params.user,
          team: params.team,
        });
      },
    }),
  ],
  examples: '  lading team member add acme developers bob',
});

export const teamCommand = commandGroup({
  name: 'team',
  description: 'teams of an organisation: who is given roles together',
  commands: [list, show, create, remove, member],
  examples: `  lading team create acme developers
  lading team member add acme developers bob
  lading grant add acme/app writer team:developers`,
});
