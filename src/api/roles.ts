import { z } from 'zod';
import { description, namespaceParams, roleName } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

export const roleSchema = z
  .object({
    name: roleName,
    description,
    is_built_in: z.boolean(),
    actions: z.array(z.string()).meta({ description: '`repository:pull`, `namespace:create`…' }),
  })
  .meta({ id: 'Role' });

const path = '/api/v1/namespaces/{namespace}/roles';
const roleParams = namespaceParams.extend({ role: roleName });

export const listRoles = defineContract({
  name: 'namespace.role.list',
  method: 'GET',
  path,
  summary: 'Roles that can be given in a namespace: the built-in ones and its own',
  params: namespaceParams,
  query: pageQuery,
  result: pageOf(roleSchema),
});

export const putRole = defineContract({
  name: 'namespace.role.put',
  method: 'PUT',
  path: `${path}/{role}`,
  summary: 'Make a role of the namespace’s own, or change what it allows',
  description: 'Whoever has the role has what it allows at once. A built-in role cannot be changed (409).',
  params: roleParams,
  body: z.strictObject({
    description: description.default(''),
    actions: z.array(z.string().max(64)).max(50),
  }),
  result: roleSchema,
});

export const deleteRole = defineContract({
  name: 'namespace.role.delete',
  method: 'DELETE',
  path: `${path}/{role}`,
  summary: 'Delete a role of the namespace’s own',
  description: '409 as long as anybody has it.',
  params: roleParams,
  status: 204,
});
