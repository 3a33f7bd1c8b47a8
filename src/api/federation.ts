import { z } from 'zod';
import { organisationParams, roleName, time } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const path = '/api/v1/organisations/{organisation}/federation-rules';
const text = z.string().min(1).max(500);

const rule = {
  name: roleName.meta({ description: 'How the audit log calls who is let in: `acme/NAME`.' }),
  issuer: text.meta({
    description: 'The `iss` of the tokens, letter by letter: `https://token.actions.githubusercontent.com`.',
  }),
  audience: text.meta({ description: 'What the tokens must be made for (`aud`).' }),
  claims: z
    .record(z.string().min(1).max(100), text)
    .refine((claims) => Object.keys(claims).length <= 20, 'at most 20 claims')
    .meta({
      description:
        'Claim → pattern of its whole value. `*` is any text without `/` and `:`, `**` any text. `sub` is needed. All must fit.',
    }),
  actions: z
    .array(z.enum(['pull', 'push', 'delete']))
    .min(1)
    .max(3),
  repositories: z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(50)
    .meta({ description: 'Of the organisation: `acme/app`, `acme/*`, `acme/**`.' }),
  token_lifetime_seconds: z.int().min(60).max(3600),
};

export const federationRuleSchema = z
  .object({ id: z.uuid(), ...rule, created_at: time })
  .meta({ id: 'FederationRule' });

export const listFederationRules = defineContract({
  name: 'organisation.federation-rule.list',
  method: 'GET',
  path,
  summary: 'Whom an organisation lets in for a token of somebody else',
  params: organisationParams,
  query: pageQuery,
  result: pageOf(federationRuleSchema),
});

export const createFederationRule = defineContract({
  name: 'organisation.federation-rule.create',
  method: 'POST',
  path,
  summary: 'Let jobs of a CI, or pods of a cluster, in without a stored secret',
  description:
    'Who shows a token of the issuer whose claims fit may do what the rule gives, and nothing else. Nobody gives more than his own rights. docs/SIGN-IN.md has rules for GitHub Actions, GitLab and Kubernetes.',
  params: organisationParams,
  body: z.strictObject({ ...rule, token_lifetime_seconds: rule.token_lifetime_seconds.default(900) }),
  result: federationRuleSchema,
  status: 201,
});

export const deleteFederationRule = defineContract({
  name: 'organisation.federation-rule.delete',
  method: 'DELETE',
  path: `${path}/{id}`,
  summary: 'Delete a rule',
  description: 'Tokens that it gave are worth nothing at once.',
  params: organisationParams.extend({ id: z.uuid() }),
  status: 204,
});
