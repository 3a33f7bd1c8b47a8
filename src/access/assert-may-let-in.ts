import type { Actor, TokenScope } from '../http/index.ts';
import { problem } from '../rest/index.ts';
import type { Authorizer } from './authorizer.ts';
import { parseNamespacePattern } from './pattern.ts';
import type { RoleAction } from './role.ts';

/**
 * Nobody lets somebody in for more than he may do himself on all of an organisation. Throws `Problem`: denied, or
 * invalid-request for what is no pattern of its repositories.
 */
export async function assertMayLetIn(
  authorizer: Pick<Authorizer, 'heldActions'>,
  actor: Actor | undefined,
  rule: { readonly organisation: string; readonly gives: TokenScope },
): Promise<void> {
  const { organisation, gives } = rule;
  for (const pattern of gives.repositories) parseNamespacePattern(pattern, organisation);
  const held = await authorizer.heldActions(actor, organisation);
  for (const action of gives.actions) {
    // Who pushes makes repositories, too.
    const needed: RoleAction[] = [
      `repository:${action}` as RoleAction,
      ...(action === 'push' ? (['namespace:create'] as const) : []),
    ];
    if (needed.every((one) => held.has(one))) continue;
    throw problem(
      'denied',
      `You may not ${action} on all of ${organisation} yourself, and so cannot let others do it. Ask an owner.`,
    );
  }
}
