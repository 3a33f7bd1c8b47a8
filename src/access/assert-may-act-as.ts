import type { Kysely } from 'kysely';
import type { Actor } from '../http/index.ts';
import { problem } from '../rest/index.ts';
import type { Authorizer } from './authorizer.ts';
import { loadPolicy } from './decide/policy.ts';
import type { AccessTables } from './tables.ts';

interface Named {
  readonly id: number;
  readonly name: string;
}

/**
 * Whoever makes a token of a robot can do what the robot may: nobody gets more that way than he has on all of its
 * organisation. Throws `Problem` denied.
 */
export async function assertMayActAs(
  { authorizer, reads }: { authorizer: Pick<Authorizer, 'heldActions'>; reads: Kysely<AccessTables> },
  actor: Actor | undefined,
  { robot, organisation }: { readonly robot: Named; readonly organisation: Named },
): Promise<void> {
  const held = await authorizer.heldActions(actor, organisation.name);
  const rules = (await loadPolicy(reads, robot.id)).get(organisation.id) ?? [];
  const excess = rules.flatMap(({ actions }) => [...actions]).find((action) => !held.has(action));
  if (excess === undefined) return;
  throw problem(
    'denied',
    `${robot.name} has a role with ${excess}, which you may not do yourself on all of ${organisation.name}. Ask an owner.`,
  );
}
