import { z } from 'zod';
import { anyAccountName, namespaceParams, roleName, teamName, time } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const subject = z.union([
  z.strictObject({ kind: z.enum(['user', 'robot']), name: anyAccountName }),
  z.strictObject({ kind: z.literal('team'), name: teamName }),
]);
const pattern = z.string().max(255).meta({
  description: 'Of the namespace’s repositories: `acme/app`, `acme/*` (one part), `acme/**` (all).',
});

export const grantSchema = z
  .object({
    id: z.uuid(),
    subject: z.object({ kind: z.enum(['user', 'robot', 'team']), name: z.string() }),
    role: roleName,
    pattern,
    created_at: time,
  })
  .meta({ id: 'Grant' });

const path = '/api/v1/namespaces/{namespace}/grants';

export const listGrants = defineContract({
  name: 'namespace.grant.list',
  method: 'GET',
  path,
  summary: 'Roles that were given in a namespace',
  params: namespaceParams,
  query: pageQuery,
  result: pageOf(grantSchema),
});

export const createGrant = defineContract({
  name: 'namespace.grant.create',
  method: 'POST',
  path,
  summary: 'Give a user, a robot or a team a role on repositories',
  description:
    'On `NAMESPACE/**` it covers the namespace itself, too. Nobody gives a role that allows more than his own.',
  params: namespaceParams,
  body: z.strictObject({ subject, role: roleName, pattern }),
  result: grantSchema,
  status: 201,
});

export const deleteGrant = defineContract({
  name: 'namespace.grant.delete',
  method: 'DELETE',
  path: `${path}/{grant}`,
  summary: 'Take it back; it counts no more for the very next request',
  params: namespaceParams.extend({ grant: z.uuid() }),
  status: 204,
});
