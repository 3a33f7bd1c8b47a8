import type { Kysely } from 'kysely';
import type { Actor } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import { assertMayGive } from '../assert-may-give.ts';
import type { AccessContext } from '../context.ts';
import { listRoles, type Role } from '../store/roles.ts';
import { listTeamRoles, type TeamRow } from '../store/teams.ts';
import type { AccessTables } from '../tables.ts';

/** Throws `Problem` invalid-request for a role that the namespace does not know. */
export async function getRole(db: Kysely<AccessTables>, namespaceId: number, name: string): Promise<Role> {
  const roles = await listRoles(db, namespaceId);
  const role = roles.find((one) => one.name === name);
  if (role) return role;
  const known = roles.map((one) => one.name).join(', ');
  throw problem('invalid-request', `There is no role ${name} here. Roles: ${known}.`, {
    fields: [{ pointer: '/role', message: 'unknown role' }],
  });
}

/** As `assertMayGive`. */
export async function assertMayGiveRoles(
  context: AccessContext,
  actor: Actor | undefined,
  gift: { namespace: Account; roles: readonly Pick<Role, 'name' | 'actions'>[] },
): Promise<void> {
  for (const { name, actions } of gift.roles) {
    const namespace = gift.namespace.name;
    await assertMayGive(context.authorizer, actor, { namespace, actions, what: `The role ${name}` });
  }
}

/** Whoever says who is in a team, or ends it, gives and takes what the team was given. As `assertMayGive`. */
export async function assertMayManageTeam(
  context: AccessContext,
  trx: Kysely<AccessTables>,
  { actor, organisation, team }: { actor: Actor | undefined; organisation: Account; team: TeamRow },
): Promise<void> {
  const roles: Role[] = [];
  for (const role of await listTeamRoles(trx, team.id)) roles.push(await getRole(trx, organisation.id, role));
  await assertMayGiveRoles(context, actor, { namespace: organisation, roles });
}
