import { z } from 'zod';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const byName = z.strictObject({ name: accountName });
const time = z.iso.datetime();

export const tokenActionSchema = z.enum(['pull', 'push', 'delete', 'admin']);

const tokenScope = {
  /** What it may be used for at most, whatever its account may do. */
  actions: z.array(tokenActionSchema).min(1).max(4),
  /** Patterns of repository names: `acme/app`, `acme/*` (one component), `acme/**` (any), `**` for all. */
  repositories: z
    .array(
      z
        .string()
        .max(255)
        .regex(
          /^[a-z0-9._*-]+(\/[a-z0-9._*-]+)*$/,
          'a repository name in which * and ** may stand for components',
        ),
    )
    .min(1)
    .max(100),
};

export const accessTokenSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  /** How the secret begins. */
  hint: z.string(),
  actions: z.array(tokenActionSchema),
  repositories: z.array(z.string()),
  created_at: time,
  expires_at: time.optional(),
  /** Exact to some seconds. */
  last_used_at: time.optional(),
  last_used_from: z.string().optional(),
});

export const accessTokenListSchema = pageOf(accessTokenSchema);

export const newAccessTokenSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{C}*$/u, 'no control characters'),
  actions: tokenScope.actions,
  repositories: tokenScope.repositories.default(['**']),
  /** Without it, it is good until it is deleted. */
  expires_at: time.optional(),
});

/** `secret` is shown this once. */
export const createdAccessTokenSchema = accessTokenSchema.extend({ secret: z.string() });

export const listAccessTokens = defineContract({
  name: 'user.token.list',
  method: 'GET',
  path: '/api/v1/users/{name}/tokens',
  summary: 'List personal access tokens',
  params: byName,
  query: pageQuery,
  result: accessTokenListSchema,
});

export const createAccessToken = defineContract({
  name: 'user.token.create',
  method: 'POST',
  path: '/api/v1/users/{name}/tokens',
  summary: 'Create a personal access token',
  description:
    'For `docker login` as the password, and for the API as `Authorization: Bearer`. `admin` is for managing: accounts, organisations, settings. One that is made with another token can do no more than that one.',
  params: byName,
  body: newAccessTokenSchema,
  result: createdAccessTokenSchema,
  status: 201,
});

export const deleteAccessToken = defineContract({
  name: 'user.token.delete',
  method: 'DELETE',
  path: '/api/v1/users/{name}/tokens/{id}',
  summary: 'Revoke a personal access token',
  params: byName.extend({ id: z.uuid() }),
  status: 204,
});
