import type { Kysely } from 'kysely';
import type { Actor } from '../http/index.ts';
import { assertMayGive } from './assert-may-give.ts';
import type { Authorizer } from './authorizer.ts';
import { loadPolicy } from './decide/policy.ts';
import type { AccessTables } from './tables.ts';

interface Named {
  readonly id: number;
  readonly name: string;
}

/**
 * Whoever makes a token of a robot can do what the robot may, and whoever takes a member out or switches a robot off takes
 * away all that they have: for that one must have it oneself. Throws `Problem` denied.
 */
export async function assertMayManage(
  { authorizer, db }: { authorizer: Pick<Authorizer, 'heldActions'>; db: Kysely<AccessTables> },
  actor: Actor | undefined,
  { account, organisation }: { readonly account: Named; readonly organisation: Named },
): Promise<void> {
  const rules = (await loadPolicy(db, account.id)).get(organisation.id) ?? [];
  await assertMayGive(authorizer, actor, {
    namespace: organisation.name,
    actions: rules.flatMap(({ actions }) => [...actions]),
    what: `What ${account.name} was given`,
  });
}
