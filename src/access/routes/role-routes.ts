import { deleteRole, listRoles as listRolesContract, putRole as putRoleContract } from '../../api/index.ts';
import { type ApiRoute, apiRoute, assertIfMatch, etagOf, pageOfItems, problem } from '../../rest/index.ts';
import { changeAccess } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import { builtInRoles, isRoleAction, roleActions } from '../role.ts';
import { findRole, isRoleInUse, listRoles, putRole, type Role, removeRole } from '../store/roles.ts';
import { assertMayGiveRoles } from './give.ts';
import { getNamespace, onNamespace, recordIn } from './namespace.ts';

/** Bounds what is read to show a page of them. */
const MAX_ROLES = 100;

export function roleRoutes(context: AccessContext): ApiRoute[] {
  return [
    apiRoute(listRolesContract, {
      access: ({ namespace }) => onNamespace('view', namespace),
      async handle({ params, query }) {
        const namespace = await getNamespace(context, params.namespace);
        const roles = (await listRoles(context.db.reads, namespace.id)).map(show);
        return { body: pageOfItems(roles, query, ({ name }) => name) };
      },
    }),

    apiRoute(putRoleContract, {
      access: ({ namespace }) => onNamespace('administer', namespace),
      async handle({ params, body, call }) {
        const namespace = await getNamespace(context, params.namespace);
        assertNotBuiltIn(params.role);
        const unknown = body.actions.find((action) => !isRoleAction(action));
        if (unknown !== undefined) {
          throw problem(
            'invalid-request',
            `There is no action ${unknown}. Actions: ${roleActions.join(', ')}.`,
            {
              fields: [{ pointer: '/actions', message: 'unknown action' }],
            },
          );
        }
        const actions = roleActions.filter((action) => body.actions.includes(action));
        const role: Role = { name: params.role, description: body.description, isBuiltIn: false, actions };
        await changeAccess(context, async (trx) => {
          const roles = await listRoles(trx, namespace.id);
          const before = roles.find(({ name }) => name === role.name);
          assertIfMatch(call, before && etagOf(show(before)));
          if (!before && roles.length >= MAX_ROLES) {
            throw problem(
              'conflict',
              `${namespace.name} has ${MAX_ROLES} roles. Delete one that nobody has.`,
            );
          }
          await assertMayGiveRoles(context, call.actor, {
            namespace,
            roles: [role, ...(before ? [before] : [])],
          });
          await putRole(trx, namespace.id, role);
          await recordIn(context, trx, {
            call,
            namespace: namespace.name,
            action: putRoleContract.name,
            before: before && show(before),
            after: show(role),
          });
        });
        return { body: show(role), etag: etagOf(show(role)) };
      },
    }),

    apiRoute(deleteRole, {
      access: ({ namespace }) => onNamespace('administer', namespace),
      async handle({ params, call }) {
        const namespace = await getNamespace(context, params.namespace);
        assertNotBuiltIn(params.role);
        await changeAccess(context, async (trx) => {
          const role = await findRole(trx, namespace.id, params.role);
          if (!role) throw problem('not-found', `${namespace.name} has no role ${params.role}.`);
          if (await isRoleInUse(trx, namespace.id, role.name)) {
            throw problem('conflict', `Somebody has the role ${role.name}. Give them another one first.`);
          }
          await assertMayGiveRoles(context, call.actor, { namespace, roles: [role] });
          await removeRole(trx, namespace.id, role.name);
          const before = show(role);
          await recordIn(context, trx, { call, namespace: namespace.name, action: deleteRole.name, before });
        });
        return {};
      },
    }),
  ];
}

function assertNotBuiltIn(name: string): void {
  if (builtInRoles.has(name)) throw problem('conflict', `${name} is built in. Take another name.`);
}

function show({ name, description, isBuiltIn, actions }: Role) {
  return { name, description, is_built_in: isBuiltIn, actions: [...actions] };
}
