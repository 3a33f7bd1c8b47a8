import { z } from 'zod';
import {
  createOrganisation,
  deleteOrganisation,
  getNamespaceSettings,
  getOrganisation as getOrganisationContract,
  listOrganisations,
  updateNamespaceSettings,
} from '../../api/index.ts';
import {
  type ApiRoute,
  apiRoute,
  assertIfMatch,
  decodeCursor,
  encodeCursor,
  etagOf,
  problem,
} from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import { assertUnclaimed } from '../assert-unclaimed.ts';
import { changeAccess } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import { removeAccountRights } from '../remove-account-rights.ts';
import { isReservedName } from '../reserved-names.ts';
import { listOrganisationIds, putMember } from '../store/members.ts';
import { findDefaultVisibility, putDefaultVisibility } from '../store/repositories.ts';
import {
  getNamespace,
  getOrganisation,
  namesOf,
  onNamespace,
  onOrganisation,
  recordIn,
  toTime,
} from './namespace.ts';

export function organisationRoutes(context: AccessContext): ApiRoute[] {
  const { reads } = context.db;

  async function show(organisation: Account) {
    return {
      name: organisation.name,
      created_at: toTime(organisation.createdAt),
      default_visibility: await findDefaultVisibility(reads, organisation.id),
    };
  }

  return [
    apiRoute(listOrganisations, {
      access: () => 'authenticated',
      async handle({ query: { limit, cursor }, call: { actor } }) {
        const after = decodeCursor(z.int(), cursor) ?? 0;
        const memberId = actor?.isAdministrator ? undefined : (actor?.accountId ?? 0);
        const ids = await listOrganisationIds(reads, memberId, { after, limit });
        const accounts = await namesOf(context, ids);
        const shown = [];
        for (const id of ids) {
          const account = accounts.get(id);
          // A token may be limited to less than its owner sees.
          const visible = account && (await context.authorizer.may(actor, onNamespace('view', account.name)));
          if (visible) shown.push(await show(account));
        }
        const last = ids.length === limit ? ids.at(-1) : undefined;
        return { body: { items: shown, ...(last !== undefined && { next: encodeCursor(last) }) } };
      },
    }),

    apiRoute(createOrganisation, {
      access: () => ({ type: 'system', name: 'registry', actions: ['create-organisation'] }),
      async handle({ body: { name, takes_over_repositories: takesOver }, call }) {
        const taken = problem(
          'conflict',
          `The name ${name} is taken or reserved. Users and organisations share one list.`,
        );
        if (isReservedName(name)) throw taken;
        const isAdministrator = call.may({ type: 'system', name: 'registry', actions: ['administer'] });
        if (takesOver && !(await isAdministrator)) {
          throw problem('denied', 'Only administrators give away the repositories that are there.');
        }
        const now = context.clock.now();
        const made = await changeAccess(context, async (trx) => {
          if (!takesOver) {
            await assertUnclaimed(context, trx, name).catch(async (error: unknown) => {
              // Who may not know them must not find out that they are there.
              throw (await isAdministrator) ? error : taken;
            });
          }
          const organisation = await context.accounts.createOrganisation(trx, { name, now });
          if (!organisation) throw taken;
          const accountId = call.actor?.accountId;
          if (accountId !== undefined) {
            await putMember(trx, organisation.id, { accountId, role: 'owner', since: now });
          }
          await recordIn(context, trx, { call, namespace: name, action: createOrganisation.name });
          return organisation;
        });
        return { body: await show(made) };
      },
    }),

    apiRoute(getOrganisationContract, {
      access: onOrganisation('view'),
      async handle({ params }) {
        const body = await show(await getOrganisation(context, params.organisation));
        return { body, etag: etagOf(body) };
      },
    }),

    apiRoute(deleteOrganisation, {
      access: onOrganisation('administer'),
      async handle({ params, call }) {
        const organisation = await getOrganisation(context, params.organisation);
        await changeAccess(context, async (trx) => {
          await removeAccountRights(trx, organisation);
          await context.accounts.remove(trx, organisation.id);
          const namespace = organisation.name;
          await recordIn(context, trx, { call, namespace, action: deleteOrganisation.name });
        });
        return {};
      },
    }),

    apiRoute(getNamespaceSettings, {
      access: ({ namespace }) => onNamespace('view', namespace),
      async handle({ params }) {
        const namespace = await getNamespace(context, params.namespace);
        const body = { default_visibility: await findDefaultVisibility(reads, namespace.id) };
        return { body, etag: etagOf(body) };
      },
    }),

    apiRoute(updateNamespaceSettings, {
      access: ({ namespace }) => onNamespace('settings', namespace),
      async handle({ params, body, call }) {
        const namespace = await getNamespace(context, params.namespace);
        const after = await changeAccess(context, async (trx) => {
          const before = { default_visibility: await findDefaultVisibility(trx, namespace.id) };
          assertIfMatch(call, etagOf(before));
          const next = { default_visibility: body.default_visibility ?? before.default_visibility };
          await putDefaultVisibility(trx, namespace.id, next.default_visibility);
          const action = updateNamespaceSettings.name;
          await recordIn(context, trx, { call, namespace: namespace.name, action, before, after: next });
          return next;
        });
        return { body: after, etag: etagOf(after) };
      },
    }),
  ];
}
