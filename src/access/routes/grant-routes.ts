import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createGrant, deleteGrant, listGrants as listGrantsContract } from '../../api/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, problem } from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import { changeAccess, type Trx } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import { parseNamespacePattern } from '../pattern.ts';
import { countGrants, type Grant, insertGrant, listGrants, removeGrant } from '../store/grants.ts';
import { findTeam } from '../store/teams.ts';
import { assertMayGiveRoles, getRole } from './give.ts';
import { getNamespace, namesOf, onNamespace, recordIn, toTime } from './namespace.ts';

/** Bounds what a decision has to look through, and the list. */
const MAX_GRANTS = 10_000;

export function grantRoutes(context: AccessContext): ApiRoute[] {
  return [
    apiRoute(listGrantsContract, {
      access: ({ namespace }) => onNamespace('grants', namespace),
      async handle({ params, query: { limit, cursor } }) {
        const namespace = await getNamespace(context, params.namespace);
        const after = decodeCursor(z.string(), cursor) ?? '';
        const rows = await listGrants(context.db.reads, namespace.id, { after, limit });
        const ids = rows.filter((row) => row.subject_kind === 'account').map((row) => row.subject_id);
        const accounts = await namesOf(context, ids);
        const items = rows.flatMap((row) => {
          const account = accounts.get(row.subject_id);
          if (row.subject_kind === 'account') return account ? [show(row, account)] : [];
          return row.team === null ? [] : [show(row, { kind: 'team', name: row.team })];
        });
        const last = rows.length === limit ? rows.at(-1)?.id : undefined;
        return { body: { items, ...(last !== undefined && { next: encodeCursor(last) }) } };
      },
    }),

    apiRoute(createGrant, {
      access: ({ namespace }) => onNamespace('grants', namespace),
      async handle({ params, body, call }) {
        const namespace = await getNamespace(context, params.namespace);
        const pattern = parseNamespacePattern(body.pattern, namespace.name).text;
        const grant = await changeAccess(context, async (trx) => {
          const role = await getRole(trx, namespace.id, body.role);
          await assertMayGiveRoles(context, call.actor, { namespace, roles: [role] });
          if ((await countGrants(trx, namespace.id)) >= MAX_GRANTS) {
            throw problem(
              'conflict',
              `${namespace.name} has ${MAX_GRANTS} grants. Give teams roles, not people.`,
            );
          }
          const made: Grant = {
            id: randomUUID(),
            namespace_id: namespace.id,
            ...(await getSubject(context, trx, { namespace, subject: body.subject })),
            role: role.name,
            pattern,
            created_by: call.actor?.accountId ?? null,
            created_at: context.clock.now(),
          };
          if (!(await insertGrant(trx, made))) {
            throw problem(
              'conflict',
              `${body.subject.name} has the role ${role.name} on ${pattern} already.`,
            );
          }
          await recordIn(context, trx, {
            call,
            namespace: namespace.name,
            action: createGrant.name,
            after: { id: made.id, subject: body.subject, role: role.name, pattern },
          });
          return made;
        });
        return { body: show(grant, body.subject) };
      },
    }),

    apiRoute(deleteGrant, {
      access: ({ namespace }) => onNamespace('grants', namespace),
      async handle({ params, call }) {
        const namespace = await getNamespace(context, params.namespace);
        await changeAccess(context, async (trx) => {
          const gone = await removeGrant(trx, namespace.id, params.grant);
          if (!gone) throw problem('not-found', `There is no grant ${params.grant} in ${namespace.name}.`);
          const roles = [await getRole(trx, namespace.id, gone.role)];
          await assertMayGiveRoles(context, call.actor, { namespace, roles });
          const { id, subject_kind, subject_id, role, pattern } = gone;
          const before = { id, subject_kind, subject_id, role, pattern };
          await recordIn(context, trx, { call, namespace: namespace.name, action: deleteGrant.name, before });
        });
        return {};
      },
    }),
  ];
}

/** Throws `Problem` not-found. */
async function getSubject(
  context: AccessContext,
  trx: Trx,
  { namespace, subject }: { namespace: Account; subject: { kind: string; name: string } },
): Promise<Pick<Grant, 'subject_kind' | 'subject_id'>> {
  if (subject.kind === 'team') {
    const team = await findTeam(trx, namespace.id, subject.name);
    if (team) return { subject_kind: 'team', subject_id: team.id };
  } else {
    const account = await context.accounts.findIn(trx, subject.name);
    if (account?.kind === subject.kind) return { subject_kind: 'account', subject_id: account.id };
  }
  throw problem('not-found', `There is no ${subject.kind} ${subject.name}.`, {
    fields: [{ pointer: '/subject/name', message: 'unknown' }],
  });
}

function show(grant: Grant, subject: { kind: 'user' | 'robot' | 'team' | 'organisation'; name: string }) {
  const { id, role, pattern, created_at } = grant;
  // An organisation is never given anything; the type does not know.
  const kind = subject.kind === 'organisation' ? 'user' : subject.kind;
  return { id, subject: { kind, name: subject.name }, role, pattern, created_at: toTime(created_at) };
}
