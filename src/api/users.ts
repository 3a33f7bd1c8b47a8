import { z } from 'zod';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const byName = z.strictObject({ name: accountName });
const email = z.email().max(254);
const displayName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}*$/u, 'no control characters');
/** Rules that need words of their own are checked where it is set. */
const password = z.string().max(1024);
const time = z.iso.datetime();

export const userSchema = z.object({
  name: accountName,
  display_name: z.string().optional(),
  email: z.string().optional(),
  is_administrator: z.boolean(),
  disabled: z.boolean(),
  two_factor: z.boolean(),
  /** False: only a link that an administrator makes, another sign-in, or tokens let this user in. */
  has_password: z.boolean(),
  created_at: time,
  /** Exact to some seconds. */
  last_seen_at: time.optional(),
});

const passwordLink = z.object({
  /** Good once. Shown once. */
  secret: z.string(),
  /** Path of the page that asks for the password. */
  path: z.string(),
  expires_at: time,
});

export const listUsers = defineContract({
  name: 'user.list',
  method: 'GET',
  path: '/api/v1/users',
  summary: 'List users',
  query: pageQuery.extend({ search: z.string().max(39).optional() }),
  result: pageOf(userSchema),
});

export const createUser = defineContract({
  name: 'user.create',
  method: 'POST',
  path: '/api/v1/users',
  summary: 'Create a user',
  description:
    'Without a `password` the answer holds a link, good once, with which the user sets one. Nobody signs up alone. 409 when there are repositories below the name, unless `takes_over_repositories` says that the user is to own them.',
  body: z.strictObject({
    name: accountName,
    display_name: displayName.optional(),
    email: email.optional(),
    password: password.optional(),
    is_administrator: z.boolean().optional(),
    takes_over_repositories: z.boolean().optional(),
  }),
  result: userSchema.extend({ password_link: passwordLink.optional() }),
  status: 201,
});

export const getUser = defineContract({
  name: 'user.get',
  method: 'GET',
  path: '/api/v1/users/{name}',
  summary: 'Get a user',
  params: byName,
  result: userSchema,
});

export const updateUser = defineContract({
  name: 'user.update',
  method: 'PATCH',
  path: '/api/v1/users/{name}',
  summary: 'Change a user',
  description: '`disabled` and `is_administrator` are for administrators. `null` takes a value away.',
  params: byName,
  body: z.strictObject({
    display_name: displayName.nullable().optional(),
    email: email.nullable().optional(),
    disabled: z.boolean().optional(),
    is_administrator: z.boolean().optional(),
  }),
  result: userSchema,
});

export const deleteUser = defineContract({
  name: 'user.delete',
  method: 'DELETE',
  path: '/api/v1/users/{name}',
  summary: 'Delete a user',
  description: 'With all tokens and sessions. Refused as long as the user has repositories.',
  params: byName,
  status: 204,
});

export const setPassword = defineContract({
  name: 'user.password.put',
  versioned: false,
  method: 'PUT',
  path: '/api/v1/users/{name}/password',
  summary: 'Change your password',
  description: 'Ends all other sessions. Access tokens stay.',
  params: byName,
  body: z.strictObject({ current_password: password, new_password: password }),
  status: 204,
});

export const createPasswordLink = defineContract({
  name: 'user.password-link.create',
  method: 'POST',
  path: '/api/v1/users/{name}/password-link',
  summary: 'Make a link that sets a new password',
  description:
    'For whoever has forgotten it. Good once, for a day; an earlier link is worth nothing any more.',
  params: byName,
  result: passwordLink,
  status: 201,
});

export const resetPassword = defineContract({
  name: 'password-reset.create',
  method: 'POST',
  path: '/api/v1/password-resets',
  summary: 'Set a password with a link',
  description: 'Ends all sessions of the user.',
  body: z.strictObject({ secret: z.string().max(100), password }),
  status: 204,
});

export const setUp = defineContract({
  name: 'setup.finish',
  method: 'POST',
  path: '/api/v1/setup',
  summary: 'Make the first administrator',
  description: 'With the secret that the server printed when it started without one.',
  body: z.strictObject({
    secret: z.string().max(100),
    name: accountName,
    password,
    email: email.optional(),
  }),
  result: userSchema,
  status: 201,
});

export const getMe = defineContract({
  name: 'me.get',
  method: 'GET',
  path: '/api/v1/me',
  summary: 'Who you are',
  result: z.object({
    name: z.string(),
    kind: z.enum(['user', 'robot', 'workload']),
    is_administrator: z.boolean(),
    credential: z.enum(['password', 'token', 'session', 'workload']),
    /** What the token that was sent is limited to. */
    scope: z.object({ actions: z.array(z.string()), repositories: z.array(z.string()) }).optional(),
    /** With a session: to send back in `X-CSRF-Token` with whatever changes something. */
    csrf_token: z.string().optional(),
  }),
});
