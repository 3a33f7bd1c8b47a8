import type { z } from 'zod';
import { createGrant, deleteGrant, type grantSchema, listGrants } from '../../api/index.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { type Columns, minute } from './columns.ts';

const columns: Columns<z.output<typeof grantSchema>> = {
  WHO: ({ subject }) => (subject.kind === 'team' ? `team:${subject.name}` : subject.name),
  ROLE: (grant) => grant.role,
  ON: (grant) => grant.pattern,
  SINCE: (grant) => minute(grant.created_at),
  ID: (grant) => grant.id,
};

const list = apiCommand({
  name: 'list',
  description: 'roles that were given in a namespace',
  arguments: { namespace: 'user or organisation' },
  run: ({ api, list }, params) =>
    list((cursor) => api.call(listGrants, { params, query: { cursor } }), {
      columns,
      empty: `Nothing was given. Do: lading grant add ${params.namespace} ROLE WHOM`,
    }),
});

const add = apiCommand({
  name: 'add',
  description: 'give a user, a robot or a team a role on repositories',
  arguments: {
    where: "acme: all of it; acme/app: one repository; 'acme/web/*': a pattern, in quotes",
    role: 'reader (pulls), writer (pushes), maintainer (deletes), owner, or one of its own',
    whom: 'bob; a robot acme+ci; a team team:developers',
  },
  async run({ api, done }, { where, role, whom }) {
    const [namespace = '', ...rest] = where.split('/');
    const pattern = rest.length === 0 ? `${namespace}/**` : where;
    const body = { subject: parseSubject(whom), role, pattern };
    const made = await api.call(createGrant, { params: { namespace }, body });
    await done(
      `${whom} is ${role} on ${pattern}. To take it back: lading grant remove ${namespace} ${made.id}`,
      made,
    );
  },
});

function parseSubject(whom: string) {
  if (whom.startsWith('team:')) return { kind: 'team', name: whom.slice('team:'.length) } as const;
  return { kind: whom.includes('+') ? 'robot' : 'user', name: whom } as const;
}

const remove = apiCommand({
  name: 'remove',
  description: 'take a role back; it counts no more for the very next request',
  arguments: { namespace: 'user or organisation', grant: 'the ID that list shows' },
  async run({ api, done }, params) {
    await api.call(deleteGrant, { params });
    await done('It is taken back.', { removed: params.grant, namespace: params.namespace });
  },
});

export const grantCommand = commandGroup({
  name: 'grant',
  description: 'who was given which role on which repositories',
  commands: [list, add, remove],
  examples: `  lading grant add acme writer acme+ci               the robot ci pushes everything of acme
  lading grant add acme/app reader bob               bob pulls one repository
  lading grant add 'acme/web/*' maintainer team:web
  lading grant list acme`,
});
