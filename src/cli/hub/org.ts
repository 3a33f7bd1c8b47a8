import type { z } from 'zod';
import {
  createOrganisation,
  deleteMember,
  deleteOrganisation,
  getOrganisation,
  leaveOrganisation,
  listMembers,
  listOrganisations,
  type memberSchema,
  type organisationSchema,
  putMember,
  updateNamespaceSettings,
} from '../../api/index.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { age, type Columns, minute } from './columns.ts';
import { hostOf } from './parse-server-url.ts';
import { visibilityOption } from './visibility-option.ts';

const columns: Columns<z.output<typeof organisationSchema>> = {
  NAME: (organisation) => organisation.name,
  'NEW REPOSITORIES': (organisation) => organisation.default_visibility,
  MADE: (organisation) => minute(organisation.created_at),
};

const memberColumns: Columns<z.output<typeof memberSchema>> = {
  NAME: (member) => member.name,
  ROLE: (member) => member.role,
  SINCE: (member, now) => age(member.since, now),
};

const list = apiCommand({
  name: 'list',
  description: 'organisations that you belong to; for administrators all',
  run: ({ api, list }) =>
    list((cursor) => api.call(listOrganisations, { query: { cursor } }), {
      columns,
      empty: 'You belong to no organisation. Make one: lading org create NAME',
    }),
});

const show = apiCommand({
  name: 'show',
  description: 'one organisation',
  arguments: { organisation: 'which' },
  run: async ({ api, show }, params) => show(await api.call(getOrganisation, { params }), columns),
});

const create = apiCommand({
  name: 'create',
  description: 'make an organisation; you are its first owner',
  arguments: { organisation: 'its name, which begins the names of its repositories' },
  options: {
    visibility: { ...visibilityOption, help: 'of repositories that a push makes' },
    takeOver: {
      help: 'although there are repositories below the name: it owns them then (administrators)',
    },
  },
  async run({ api, done, server }, { organisation }, { visibility, takeOver }) {
    const made = await api.call(createOrganisation, {
      body: { name: organisation, takes_over_repositories: takeOver },
    });
    const settings =
      visibility &&
      (await api.call(updateNamespaceSettings, {
        params: { namespace: organisation },
        body: { default_visibility: visibility as 'public' | 'private' },
      }));
    await done(
      `Made the organisation ${organisation}. Its images: ${hostOf(server)}/${organisation}/NAME:TAG`,
      {
        ...made,
        ...settings,
      },
    );
  },
});

const edit = apiCommand({
  name: 'edit',
  description: 'change whether repositories that a push makes are public',
  arguments: { organisation: 'which; a user has this setting, too' },
  options: { visibility: { ...visibilityOption, help: 'of repositories that a push makes' } },
  async run({ api, done }, { organisation }, { visibility }) {
    const settings = await api.call(updateNamespaceSettings, {
      params: { namespace: organisation },
      body: { default_visibility: visibility as 'public' | 'private' | undefined },
    });
    await done(`New repositories of ${organisation} are ${settings.default_visibility}.`, settings);
  },
});

const remove = apiCommand({
  name: 'delete',
  description:
    'delete an organisation with its teams, grants and robots; refused as long as it has repositories',
  arguments: { organisation: 'which' },
  async run({ api, done }, params) {
    await api.call(deleteOrganisation, { params });
    await done(`Deleted ${params.organisation}.`, { deleted: params.organisation });
  },
});

const leave = apiCommand({
  name: 'leave',
  description: 'leave an organisation and its teams',
  arguments: { organisation: 'which' },
  async run({ api, done, myName }, { organisation }) {
    await api.call(leaveOrganisation, { params: { organisation, user: await myName() } });
    await done(`You do not belong to ${organisation} any more.`, { left: organisation });
  },
});

const member = commandGroup({
  name: 'member',
  description: 'who belongs to an organisation',
  commands: [
    apiCommand({
      name: 'list',
      description: 'members and their roles',
      arguments: { organisation: 'which' },
      run: ({ api, list }, params) =>
        list((cursor) => api.call(listMembers, { params, query: { cursor } }), {
          columns: memberColumns,
          empty: 'It has no members.',
        }),
    }),
    apiCommand({
      name: 'add',
      description: 'make a user a member, or give a member another role',
      arguments: { organisation: 'which', user: 'whom' },
      options: {
        role: { value: 'role', help: 'member (the default), reader, writer, maintainer, owner, or its own' },
      },
      async run({ api, done }, params, { role = 'member' }) {
        const added = await api.call(putMember, { params, body: { role } });
        await done(`${params.user} is ${role} of ${params.organisation}.`, added);
      },
    }),
    apiCommand({
      name: 'remove',
      description: 'take a member out of the organisation and of its teams',
      arguments: { organisation: 'which', user: 'whom' },
      async run({ api, done }, params) {
        await api.call(deleteMember, { params });
        await done(`${params.user} does not belong to ${params.organisation} any more.`, {
          removed: params.user,
          organisation: params.organisation,
        });
      },
    }),
  ],
  examples: `  lading org member add acme bob --role writer
  lading org member list acme`,
});

export const orgCommand = commandGroup({
  name: 'org',
  description: 'organisations: who shares repositories',
  commands: [list, show, create, edit, remove, leave, member],
  examples: `  lading org create acme
  lading org member add acme bob --role writer       bob pushes to acme/…
  lading org edit acme --visibility public           what is pushed from now on`,
});
