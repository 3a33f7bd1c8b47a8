import type { Actor, TokenScope } from '../http/index.ts';
import { assertMayGive } from './assert-may-give.ts';
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
  const actions = gives.actions.flatMap((action): RoleAction[] => [
    `repository:${action}` as RoleAction,
    // Who pushes makes repositories, too.
    ...(action === 'push' ? (['namespace:create'] as const) : []),
  ]);
  await assertMayGive(authorizer, actor, { namespace: organisation, actions, what: 'The rule' });
}
