import { z } from 'zod';
import { description, organisationParams, teamName, time } from './access-words.ts';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

export const teamSchema = z.object({ name: teamName, description, created_at: time }).meta({ id: 'Team' });
export const teamMemberSchema = z.object({ name: accountName, since: time }).meta({ id: 'TeamMember' });

const path = '/api/v1/organisations/{organisation}/teams';
const onePath = `${path}/{team}`;
const teamParams = organisationParams.extend({ team: teamName });
const memberParams = teamParams.extend({ user: accountName });

export const listTeams = defineContract({
  name: 'organisation.team.list',
  method: 'GET',
  path,
  summary: 'Teams of an organisation',
  params: organisationParams,
  query: pageQuery,
  result: pageOf(teamSchema),
});

export const createTeam = defineContract({
  name: 'organisation.team.create',
  method: 'POST',
  path,
  summary: 'Make a team',
  params: organisationParams,
  body: z.strictObject({ name: teamName, description: description.default('') }),
  result: teamSchema,
  status: 201,
});

export const getTeam = defineContract({
  name: 'organisation.team.get',
  method: 'GET',
  path: onePath,
  summary: 'One team',
  params: teamParams,
  result: teamSchema,
});

export const updateTeam = defineContract({
  name: 'organisation.team.update',
  method: 'PATCH',
  path: onePath,
  summary: 'Change a team’s description',
  params: teamParams,
  body: z.strictObject({ description: description.optional() }),
  result: teamSchema,
});

export const deleteTeam = defineContract({
  name: 'organisation.team.delete',
  method: 'DELETE',
  path: onePath,
  summary: 'Delete a team, and with it what was given to it',
  params: teamParams,
  status: 204,
});

export const listTeamMembers = defineContract({
  name: 'organisation.team.member.list',
  method: 'GET',
  path: `${onePath}/members`,
  summary: 'Who is in a team',
  params: teamParams,
  query: pageQuery,
  result: pageOf(teamMemberSchema),
});

export const putTeamMember = defineContract({
  name: 'organisation.team.member.put',
  versioned: false,
  method: 'PUT',
  path: `${onePath}/members/{user}`,
  summary: 'Put a user into a team',
  description:
    'Who is no member of the organisation yet becomes one, with the role `member`. Nobody gives more than his own rights.',
  params: memberParams,
  result: teamMemberSchema,
});

export const deleteTeamMember = defineContract({
  name: 'organisation.team.member.delete',
  method: 'DELETE',
  path: `${onePath}/members/{user}`,
  summary: 'Take a user out of a team',
  params: memberParams,
  status: 204,
});
