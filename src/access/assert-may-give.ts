import type { Actor } from '../http/index.ts';
import { problem } from '../rest/index.ts';
import type { Authorizer } from './authorizer.ts';
import type { RoleAction } from './role.ts';

/**
 * The rule for everything that gives rights (roles, grants, memberships, teams, robots and their tokens, federation
 * rules): nobody gives it, changes it, takes it away or says who is in it when it gives more than he may do himself on all
 * of the namespace. Else a right to manage some of them would be the right to everything that they give, or to make
 * those powerless who have more. `what` is how the refusal names it. Throws `Problem` denied.
 */
export async function assertMayGive(
  authorizer: Pick<Authorizer, 'heldActions'>,
  actor: Actor | undefined,
  gift: { readonly namespace: string; readonly actions: Iterable<RoleAction>; readonly what: string },
): Promise<void> {
  const held = await authorizer.heldActions(actor, gift.namespace);
  for (const action of gift.actions) {
    if (held.has(action)) continue;
    throw problem(
      'denied',
      `${gift.what} allows ${action}, which you may not do yourself on all of ${gift.namespace}. Ask an owner.`,
    );
  }
}
