import { z } from 'zod';
import {
  anyAccountName,
  namespaceParams,
  organisationParams,
  roleName,
  time,
  visibility,
} from './access-words.ts';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

export const organisationSchema = z
  .object({ name: accountName, created_at: time, default_visibility: visibility })
  .meta({ id: 'Organisation' });

export const memberSchema = z
  .object({ name: anyAccountName, role: roleName, since: time })
  .meta({ id: 'Member' });

const namespaceSettingsSchema = z
  .object({
    default_visibility: visibility.meta({ description: 'Of a repository that a push makes.' }),
  })
  .meta({ id: 'NamespaceSettings' });

const path = '/api/v1/organisations';
const onePath = `${path}/{organisation}`;
const memberParams = organisationParams.extend({ user: accountName });

export const listOrganisations = defineContract({
  name: 'organisation.list',
  method: 'GET',
  path,
  summary: 'Organisations that the caller belongs to; for administrators all',
  query: pageQuery,
  result: pageOf(organisationSchema),
});

export const createOrganisation = defineContract({
  name: 'organisation.create',
  method: 'POST',
  path,
  summary: 'Make an organisation; who makes it is its first owner',
  description:
    'Users and organisations share one list of names. 409 when the name is taken or reserved, or when there are repositories below it: `takes_over_repositories` is for administrators.',
  body: z.strictObject({ name: accountName, takes_over_repositories: z.boolean().optional() }),
  result: organisationSchema,
  status: 201,
});

export const getOrganisation = defineContract({
  name: 'organisation.get',
  method: 'GET',
  path: onePath,
  summary: 'One organisation',
  params: organisationParams,
  result: organisationSchema,
});

export const deleteOrganisation = defineContract({
  name: 'organisation.delete',
  method: 'DELETE',
  path: onePath,
  summary: 'Delete an organisation with its teams, grants and robots',
  description: '409 as long as it has repositories: move or delete them first.',
  params: organisationParams,
  status: 204,
});

export const listMembers = defineContract({
  name: 'organisation.member.list',
  method: 'GET',
  path: `${onePath}/members`,
  summary: 'Members and their roles',
  params: organisationParams,
  query: pageQuery,
  result: pageOf(memberSchema),
});

export const putMember = defineContract({
  name: 'organisation.member.put',
  method: 'PUT',
  path: `${onePath}/members/{user}`,
  summary: 'Make a user a member, or give a member another role',
  description: 'Nobody gives a role that allows more than his own. The last owner cannot become less.',
  params: memberParams,
  body: z.strictObject({ role: roleName }),
  result: memberSchema,
});

export const deleteMember = defineContract({
  name: 'organisation.member.delete',
  method: 'DELETE',
  path: `${onePath}/members/{user}`,
  summary: 'Take a member out of the organisation and of its teams',
  description: 'Grants to the user himself go as well. The last owner cannot go.',
  params: memberParams,
  status: 204,
});

export const leaveOrganisation = defineContract({
  name: 'user.organisation.leave',
  method: 'DELETE',
  path: '/api/v1/users/{user}/organisations/{organisation}',
  summary: 'Leave an organisation and its teams',
  description: 'For every member by himself. The last owner cannot go.',
  params: memberParams,
  status: 204,
});

export const getNamespaceSettings = defineContract({
  name: 'namespace.settings.get',
  method: 'GET',
  path: '/api/v1/namespaces/{namespace}/settings',
  summary: 'Settings of a user’s or an organisation’s repositories',
  params: namespaceParams,
  result: namespaceSettingsSchema,
});

export const updateNamespaceSettings = defineContract({
  name: 'namespace.settings.update',
  method: 'PATCH',
  path: '/api/v1/namespaces/{namespace}/settings',
  summary: 'Change them',
  params: namespaceParams,
  body: namespaceSettingsSchema.partial().strict(),
  result: namespaceSettingsSchema,
});
