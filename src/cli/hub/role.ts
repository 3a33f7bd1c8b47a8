import type { z } from 'zod';
import { deleteRole, listRoles, putRole, type roleSchema } from '../../api/index.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import type { Columns } from './columns.ts';

const columns: Columns<z.output<typeof roleSchema>> = {
  ROLE: (role) => role.name,
  'BUILT IN': (role) => role.is_built_in,
  ALLOWS: (role) => role.actions.join(', '),
};

const list = apiCommand({
  name: 'list',
  description: 'roles that can be given in a namespace: the built-in ones and its own',
  arguments: { namespace: 'user or organisation' },
  run: ({ api, list }, params) =>
    list((cursor) => api.call(listRoles, { params, query: { cursor } }), {
      columns,
      empty: 'There are no roles.',
    }),
});

const put = apiCommand({
  name: 'put',
  description: 'make a role of your own, or change what it allows',
  arguments: { namespace: 'user or organisation', role: 'its name' },
  options: {
    allow: { value: 'action', many: true, help: 'such as repository:pull; lading role list shows them' },
    description: { value: 'text', help: 'what it is for' },
  },
  async run({ api, done }, params, { allow = [], description }) {
    const made = await api.call(putRole, { params, body: { actions: [...allow], description } });
    await done(`The role ${params.role} allows ${made.actions.join(', ') || 'nothing'}.`, made);
  },
});

const remove = apiCommand({
  name: 'delete',
  description: 'delete a role that nobody has',
  arguments: { namespace: 'user or organisation', role: 'which' },
  async run({ api, done }, params) {
    await api.call(deleteRole, { params });
    await done(`Deleted the role ${params.role}.`, { deleted: params.role, namespace: params.namespace });
  },
});

export const roleCommand = commandGroup({
  name: 'role',
  description: 'what roles allow',
  commands: [list, put, remove],
  examples: `  lading role list acme
  lading role put acme cleaner --allow repository:pull --allow repository:delete
  lading grant add acme cleaner bob`,
});
