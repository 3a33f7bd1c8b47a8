import { z } from 'zod';
import {
  deleteMember,
  leaveOrganisation,
  listMembers as listMembersContract,
  putMember as putMemberContract,
} from '../../api/index.ts';
import type { Call } from '../../http/index.ts';
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
import { assertMayManage } from '../assert-may-manage.ts';
import { changeAccess, type Trx } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import {
  findMember,
  hasOtherOwner,
  listMembers,
  type MemberRow,
  putMember,
  removeMember,
} from '../store/members.ts';
import { assertMayGiveRoles, getRole } from './give.ts';
import { getOrganisation, getUser, namesOf, onOrganisation, recordIn, toTime } from './namespace.ts';

export function memberRoutes(context: AccessContext): ApiRoute[] {
  return [
    apiRoute(listMembersContract, {
      access: onOrganisation('view'),
      async handle({ params, query: { limit, cursor } }) {
        const organisation = await getOrganisation(context, params.organisation);
        const after = decodeCursor(z.int(), cursor) ?? 0;
        const rows = await listMembers(context.db.reads, organisation.id, { after, limit });
        const accounts = await namesOf(
          context,
          rows.map((row) => row.accountId),
        );
        const items = rows.flatMap(({ accountId, role, since }) => {
          const account = accounts.get(accountId);
          return account ? [{ name: account.name, role, since: toTime(since) }] : [];
        });
        const last = rows.length === limit ? rows.at(-1)?.accountId : undefined;
        return { body: { items, ...(last !== undefined && { next: encodeCursor(last) }) } };
      },
    }),

    apiRoute(putMemberContract, {
      access: onOrganisation('members'),
      async handle({ params, body, call }) {
        const organisation = await getOrganisation(context, params.organisation);
        const user = await getUser(context, params.user);
        const now = context.clock.now();
        const show = ({ role, since }: { role: string; since: number }) => ({
          name: user.name,
          role,
          since: toTime(since),
        });
        const member = await changeAccess(context, async (trx) => {
          const before = await findMember(trx, organisation.id, user.id);
          assertIfMatch(call, before && etagOf(show(before)));
          const roles = [await getRole(trx, organisation.id, body.role)];
          // Nor does anybody take away what he could not give: `members` alone does not depose an owner.
          if (before) roles.push(await getRole(trx, organisation.id, before.role));
          await assertMayGiveRoles(context, call.actor, { namespace: organisation, roles });
          if (before?.role === 'owner' && body.role !== 'owner') {
            await assertNotLast(trx, organisation.id, user.id);
          }
          const row = { accountId: user.id, role: body.role, since: before?.since ?? now };
          await putMember(trx, organisation.id, row);
          await recordIn(context, trx, {
            call,
            namespace: organisation.name,
            action: putMemberContract.name,
            before: before && { user: user.name, role: before.role },
            after: { user: user.name, role: body.role },
          });
          return show(row);
        });
        return { body: member, etag: etagOf(member) };
      },
    }),

    apiRoute(deleteMember, {
      access: onOrganisation('members'),
      async handle({ params, call }) {
        const organisation = await getOrganisation(context, params.organisation);
        const user = await getUser(context, params.user);
        await changeAccess(context, async (trx) => {
          const before = await findMember(trx, organisation.id, user.id);
          if (!before) throw problem('not-found', `${user.name} is no member of ${organisation.name}.`);
          // With what teams and grants gave him: all of that ends.
          const { authorizer } = context;
          await assertMayManage({ authorizer, db: trx }, call.actor, { account: user, organisation });
          await takeOut(trx, { organisation, user, before, call, action: deleteMember.name });
        });
        return {};
      },
    }),

    apiRoute(leaveOrganisation, {
      access: ({ user }) => ({ type: 'account', name: user, actions: ['manage'] }),
      async handle({ params, call }) {
        const user = await getUser(context, params.user);
        const organisation = await context.accounts.find(params.organisation);
        // The same for an organisation that is not there: who is no member may not learn that.
        const none = problem('not-found', `${user.name} is no member of ${params.organisation}.`);
        if (!organisation) throw none;
        await changeAccess(context, async (trx) => {
          const before = await findMember(trx, organisation.id, user.id);
          if (!before) throw none;
          await takeOut(trx, { organisation, user, before, call, action: leaveOrganisation.name });
        });
        return {};
      },
    }),
  ];

  async function takeOut(
    trx: Trx,
    member: { organisation: Account; user: Account; before: MemberRow; call: Call; action: string },
  ): Promise<void> {
    const { organisation, user, before, call, action } = member;
    if (before.role === 'owner') await assertNotLast(trx, organisation.id, user.id);
    await removeMember(trx, organisation.id, user.id);
    await recordIn(context, trx, {
      call,
      namespace: organisation.name,
      action,
      before: { user: user.name, role: before.role },
    });
  }
}

async function assertNotLast(trx: Trx, organisationId: number, accountId: number): Promise<void> {
  if (await hasOtherOwner(trx, organisationId, accountId)) return;
  throw problem('conflict', 'This is the last owner. Make somebody else owner first.');
}
