import { z } from 'zod';
import { accountName } from './account-name.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const byName = z.strictObject({ name: accountName });
const time = z.iso.datetime();
const password = z.string().max(1024);
const code = z.string().trim().min(6).max(40);

export const logIn = defineContract({
  name: 'session.create',
  method: 'POST',
  path: '/api/v1/session',
  summary: 'Log in with a cookie',
  description:
    'For browsers; programs send an access token. `second-factor-required` (401) asks for `code`: of the authenticator, or a recovery code.',
  body: z.strictObject({ name: z.string().min(1).max(100), password, code: code.optional() }),
  result: z.object({
    name: accountName,
    /** To send back in `X-CSRF-Token` with whatever changes something. */
    csrf_token: z.string(),
    expires_at: time,
  }),
  status: 201,
});

export const logOut = defineContract({
  name: 'session.delete',
  method: 'DELETE',
  path: '/api/v1/session',
  summary: 'Log out',
  status: 204,
});

export const listSessions = defineContract({
  name: 'user.session.list',
  method: 'GET',
  path: '/api/v1/users/{name}/sessions',
  summary: 'List where a user is logged in',
  params: byName,
  query: pageQuery,
  result: pageOf(
    z.object({
      id: z.uuid(),
      created_at: time,
      last_seen_at: time,
      expires_at: time,
      address: z.string(),
      user_agent: z.string().optional(),
      /** The session that asks. */
      current: z.boolean(),
    }),
  ),
});

export const endSession = defineContract({
  name: 'user.session.delete',
  method: 'DELETE',
  path: '/api/v1/users/{name}/sessions/{id}',
  summary: 'End one session',
  params: byName.extend({ id: z.uuid() }),
  status: 204,
});

export const endAllSessions = defineContract({
  name: 'user.session.delete-all',
  method: 'DELETE',
  path: '/api/v1/users/{name}/sessions',
  summary: 'Sign out everywhere',
  params: byName,
  status: 204,
});

export const getTwoFactor = defineContract({
  name: 'user.two-factor.get',
  method: 'GET',
  path: '/api/v1/users/{name}/two-factor',
  summary: 'Whether there is a second factor',
  params: byName,
  result: z.object({ enabled: z.boolean(), recovery_codes_left: z.int() }),
});

export const beginTwoFactor = defineContract({
  name: 'user.two-factor.begin',
  method: 'POST',
  path: '/api/v1/users/{name}/two-factor',
  summary: 'Begin with a second factor',
  description: 'It counts once a code was confirmed. From then on docker logs in with an access token only.',
  params: byName,
  body: z.strictObject({ password }),
  result: z.object({
    secret: z.string(),
    /** `otpauth://…`: for a QR code. */
    uri: z.string(),
  }),
  status: 201,
});

const recoveryCodes = z.object({ recovery_codes: z.array(z.string()) });

export const confirmTwoFactor = defineContract({
  name: 'user.two-factor.confirm',
  method: 'POST',
  path: '/api/v1/users/{name}/two-factor/confirmation',
  summary: 'Confirm the second factor',
  description: 'Answers the recovery codes, once. All other sessions end.',
  params: byName,
  body: z.strictObject({ code }),
  result: recoveryCodes,
});

export const renewRecoveryCodes = defineContract({
  name: 'user.two-factor.renew-recovery-codes',
  method: 'POST',
  path: '/api/v1/users/{name}/two-factor/recovery-codes',
  summary: 'Make new recovery codes',
  params: byName,
  body: z.strictObject({ password, code }),
  result: recoveryCodes,
});

export const disableTwoFactor = defineContract({
  name: 'user.two-factor.disable',
  method: 'POST',
  path: '/api/v1/users/{name}/two-factor/removal',
  summary: 'Take your second factor away',
  params: byName,
  body: z.strictObject({ password, code }),
  status: 204,
});

export const resetTwoFactor = defineContract({
  name: 'user.two-factor.reset',
  method: 'DELETE',
  path: '/api/v1/users/{name}/two-factor',
  summary: "Take a user's second factor away (administrators)",
  description: 'For whoever has lost the authenticator and the recovery codes.',
  params: byName,
  status: 204,
});
