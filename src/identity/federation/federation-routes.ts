import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import {
  createFederationRule,
  deleteFederationRule,
  type federationRuleSchema,
  listFederationRules,
} from '../../api/index.ts';
import type { Actor, TokenScope } from '../../http/index.ts';
import { type ApiRoute, apiRoute, originOf, pageOfItems, problem } from '../../rest/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { toTime } from '../routes/api-words.ts';
import { getOrganisationOf } from '../routes/robot-words.ts';
import { assertRule } from './assert-rule.ts';
import { deleteRule, insertRule, listRulesOf, type Rule } from './rules.ts';

/** Bounds what a token is compared with. */
const MAX_RULES = 100;

/** Throws `Problem`: what is no pattern of the organisation's repositories, and what the actor may not do there himself. */
export type AssertMayLetIn = (
  actor: Actor | undefined,
  rule: { readonly organisation: string; readonly gives: TokenScope },
) => Promise<void>;

export function federationRoutes(options: {
  readonly context: IdentityContext;
  readonly privateIssuers: readonly string[];
  readonly assertMayLetIn: AssertMayLetIn;
}): ApiRoute[] {
  const { context, privateIssuers, assertMayLetIn } = options;
  const { db, clock, changes, audit } = context;
  const access = ({ organisation }: { organisation: string }) =>
    ({ type: 'namespace', name: organisation, actions: ['grants'] }) as const;

  return [
    apiRoute(listFederationRules, {
      access,
      async handle({ params, query }) {
        const { id } = await getOrganisationOf(db.reads, params.organisation);
        const rules = (await listRulesOf(db.reads, id)).map(show);
        return { body: pageOfItems(rules, query, (rule) => rule.id) };
      },
    }),

    apiRoute(createFederationRule, {
      access,
      async handle({ params: { organisation }, body, call }) {
        const { name, issuer, audience, claims } = body;
        assertRule({ issuer, claims }, privateIssuers);
        const gives = { actions: [...new Set(body.actions)], repositories: [...new Set(body.repositories)] };
        const rule: Rule = {
          ...{ id: randomUUID(), organisation, name, issuer, audience, claims, gives },
          tokenLifetimeMs: body.token_lifetime_seconds * 1000,
          createdAt: clock.now(),
        };
        await changes.transaction(async (trx) => {
          const { id: organisationId } = await getOrganisationOf(trx, organisation);
          await assertMayLetIn(call.actor, rule);
          const rules = await listRulesOf(trx, organisationId);
          if (rules.some((other) => other.name === name)) {
            throw problem(
              'conflict',
              `${organisation} has a rule ${name}. Delete it first, or take another name.`,
            );
          }
          if (rules.length >= MAX_RULES) {
            throw problem(
              'conflict',
              `${organisation} has ${MAX_RULES} rules. Delete one that nobody needs.`,
            );
          }
          const { organisation: _, ...row } = rule;
          await insertRule(trx, { ...row, organisationId, createdBy: call.actor?.accountId });
          await audit.record(trx, {
            action: createFederationRule.name,
            origin: originOf(call),
            resource: { type: 'namespace', name: organisation, namespace: organisation },
            after: show(rule),
          });
        });
        return { body: show(rule) };
      },
    }),

    apiRoute(deleteFederationRule, {
      access,
      async handle({ params: { organisation, id }, call }) {
        await changes.transaction(async (trx) => {
          const { id: organisationId } = await getOrganisationOf(trx, organisation);
          const rule = (await listRulesOf(trx, organisationId)).find((one) => one.id === id);
          if (!rule) throw problem('not-found', `${organisation} has no such rule.`);
          await assertMayLetIn(call.actor, rule);
          await deleteRule(trx, id);
          await audit.record(trx, {
            action: deleteFederationRule.name,
            origin: originOf(call),
            resource: { type: 'namespace', name: organisation, namespace: organisation },
            before: show(rule),
          });
        });
        return {};
      },
    }),
  ];
}

function show(rule: Rule): z.input<typeof federationRuleSchema> {
  const { id, name, issuer, audience, claims, gives, tokenLifetimeMs, createdAt } = rule;
  return {
    ...{ id, name, issuer, audience, claims },
    actions: gives.actions.filter((action) => action !== 'admin'),
    repositories: [...gives.repositories],
    token_lifetime_seconds: tokenLifetimeMs / 1000,
    created_at: toTime(createdAt),
  };
}
