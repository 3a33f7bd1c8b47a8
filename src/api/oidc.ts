import { z } from 'zod';
import { defineContract } from './contract.ts';

export const beginOidcLogin = defineContract({
  name: 'oidc.login',
  method: 'GET',
  path: '/api/v1/oidc/login',
  summary: 'Sign in through the configured OpenID provider',
  description:
    'For browsers: sends them to the provider, and from there back to `return_to`, a path of this registry. Only where `auth.accounts.oidc` is configured.',
  query: z.strictObject({ return_to: z.string().max(1000).optional() }),
  status: 302,
});

export const finishOidcLogin = defineContract({
  name: 'oidc.callback',
  method: 'GET',
  path: '/api/v1/oidc/callback',
  summary: 'Where the OpenID provider sends browsers back to',
  description:
    'The redirect URI to register with the provider. Opens a session, as a login with a password does.',
  // Providers add parameters of their own.
  query: z.looseObject({}),
  status: 302,
});
