import type { Kysely } from 'kysely';
import type { Actor } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import type { AccessContext } from '../context.ts';
import { findRole, type Role } from '../store/roles.ts';
import type { AccessTables } from '../tables.ts';

/** Throws `Problem` invalid-request for a role that the namespace does not know. */
export async function getRole(db: Kysely<AccessTables>, namespaceId: number, name: string): Promise<Role> {
  const role = await findRole(db, namespaceId, name);
  if (role) return role;
  throw problem(
    'invalid-request',
    `There is no role ${name} here. GET /api/v1/namespaces/…/roles lists them.`,
    {
      fields: [{ pointer: '/role', message: 'unknown role' }],
    },
  );
}

/**
 * Nobody gives more than he has: else the right to manage a team would be the right to everything that the team
 * has. Throws `Problem` denied.
 */
export async function assertMayGive(
  context: AccessContext,
  actor: Actor | undefined,
  gift: { namespace: Account; roles: readonly Role[] },
): Promise<void> {
  const held = await context.authorizer.heldActions(actor, gift.namespace.name);
  for (const role of gift.roles) {
    const excess = role.actions.find((action) => !held.has(action));
    if (excess !== undefined) {
      throw problem(
        'denied',
        `The role ${role.name} allows ${excess}, which you may not do yourself on all of ${gift.namespace.name}. Ask an owner.`,
      );
    }
  }
}
