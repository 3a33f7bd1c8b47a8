import type { Kysely } from 'kysely';
import { parseActions } from '../decide/policy.ts';
import { builtInRoles, type RoleAction } from '../role.ts';
import type { AccessTables } from '../tables.ts';

type Db = Kysely<AccessTables>;

export interface Role {
  readonly name: string;
  readonly description: string;
  readonly isBuiltIn: boolean;
  readonly actions: readonly RoleAction[];
}

const builtInDescriptions: Readonly<Record<string, string>> = {
  member: 'Belongs, and sees the organisation',
  reader: 'Pulls',
  writer: 'Pulls and pushes, and makes repositories where a pattern has room for them',
  maintainer: 'Also deletes, and changes settings of repositories',
  owner: 'Everything',
};

export async function listRoles(db: Db, namespaceId: number): Promise<Role[]> {
  const builtIn = [...builtInRoles].map(([name, actions]) => ({
    name,
    description: builtInDescriptions[name] ?? '',
    isBuiltIn: true,
    actions,
  }));
  const rows = await db
    .selectFrom('custom_role')
    .selectAll()
    .where('namespace_id', '=', namespaceId)
    .orderBy('name')
    .execute();
  const own = rows.map(({ name, description, actions }) => ({
    name,
    description,
    isBuiltIn: false,
    actions: parseActions(actions),
  }));
  return [...builtIn, ...own];
}

export async function findRole(db: Db, namespaceId: number, name: string): Promise<Role | undefined> {
  return (await listRoles(db, namespaceId)).find((role) => role.name === name);
}

export async function putRole(
  db: Db,
  namespaceId: number,
  role: Pick<Role, 'name' | 'description' | 'actions'>,
): Promise<void> {
  const { name, description } = role;
  const actions = JSON.stringify(role.actions);
  await db
    .insertInto('custom_role')
    .values({ namespace_id: namespaceId, name, description, actions })
    .onConflict((conflict) => conflict.doUpdateSet({ description, actions }))
    .execute();
}

export async function removeRole(db: Db, namespaceId: number, name: string): Promise<void> {
  await db
    .deleteFrom('custom_role')
    .where('namespace_id', '=', namespaceId)
    .where('name', '=', name)
    .execute();
}

export async function isRoleInUse(db: Db, namespaceId: number, name: string): Promise<boolean> {
  const member = await db
    .selectFrom('organisation_member')
    .select('role')
    .where('organisation_id', '=', namespaceId)
    .where('role', '=', name)
    .executeTakeFirst();
  if (member) return true;
  const grant = await db
    .selectFrom('access_grant')
    .select('role')
    .where('namespace_id', '=', namespaceId)
    .where('role', '=', name)
    .executeTakeFirst();
  return grant !== undefined;
}
