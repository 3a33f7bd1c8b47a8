import { z } from 'zod';
import { accessTokenListSchema, createdAccessTokenSchema, newAccessTokenSchema } from './access-tokens.ts';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const ofOrganisation = z.strictObject({ organisation: accountName });
/** Without the organisation: `ci`, who logs in as `acme+ci`. */
const byRobot = ofOrganisation.extend({ robot: accountName });
const description = z
  .string()
  .max(500)
  .regex(/^[\P{C}\n]*$/u, 'no control characters');

export const robotSchema = z.object({
  /** `acme+ci`: the user name to log in with. */
  name: z.string(),
  description: z.string(),
  disabled: z.boolean(),
  created_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime().optional(),
});

export const listRobots = defineContract({
  name: 'organisation.robot.list',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/robots',
  summary: 'List robots',
  params: ofOrganisation,
  query: pageQuery,
  result: pageOf(robotSchema),
});

export const createRobot = defineContract({
  name: 'organisation.robot.create',
  method: 'POST',
  path: '/api/v1/organisations/{organisation}/robots',
  summary: 'Create a robot',
  description: 'It may do nothing until a grant or a team says so, and logs in with tokens only.',
  params: ofOrganisation,
  body: z.strictObject({ name: accountName, description: description.default('') }),
  result: robotSchema,
  status: 201,
});

export const getRobot = defineContract({
  name: 'organisation.robot.get',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/robots/{robot}',
  summary: 'Get a robot',
  params: byRobot,
  result: robotSchema,
});

export const updateRobot = defineContract({
  name: 'organisation.robot.update',
  method: 'PATCH',
  path: '/api/v1/organisations/{organisation}/robots/{robot}',
  summary: 'Change a robot',
  params: byRobot,
  body: z.strictObject({ description: description.optional(), disabled: z.boolean().optional() }),
  result: robotSchema,
});

export const deleteRobot = defineContract({
  name: 'organisation.robot.delete',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/robots/{robot}',
  summary: 'Delete a robot',
  description: 'With its tokens.',
  params: byRobot,
  status: 204,
});

export const listRobotTokens = defineContract({
  name: 'organisation.robot.token.list',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens',
  summary: "List a robot's tokens",
  params: byRobot,
  query: pageQuery,
  result: accessTokenListSchema,
});

export const createRobotToken = defineContract({
  name: 'organisation.robot.token.create',
  method: 'POST',
  path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens',
  summary: 'Create a token for a robot',
  params: byRobot,
  body: newAccessTokenSchema,
  result: createdAccessTokenSchema,
  status: 201,
});

export const deleteRobotToken = defineContract({
  name: 'organisation.robot.token.delete',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens/{id}',
  summary: "Revoke a robot's token",
  params: byRobot.extend({ id: z.uuid() }),
  status: 204,
});
