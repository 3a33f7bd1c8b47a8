/** What a role can allow, with the kind of resource it is done to. */
export const roleActions = [
  'repository:pull',
  'repository:push',
  'repository:delete',
  'repository:settings',
  'repository:administer',
  'namespace:view',
  'namespace:create',
  'namespace:members',
  'namespace:teams',
  'namespace:robots',
  'namespace:grants',
  'namespace:settings',
  'namespace:audit',
  'namespace:administer',
] as const;

export type RoleAction = (typeof roleActions)[number];

const reader: readonly RoleAction[] = ['repository:pull', 'namespace:view'];
const writer: readonly RoleAction[] = [...reader, 'repository:push', 'namespace:create'];
const maintainer: readonly RoleAction[] = [...writer, 'repository:delete', 'repository:settings'];

/** Each allows what the one before allows. `member` only belongs: it sees the organisation, and teams give the rest. */
export const builtInRoles: ReadonlyMap<string, readonly RoleAction[]> = new Map([
  ['member', ['namespace:view']],
  ['reader', reader],
  ['writer', writer],
  ['maintainer', maintainer],
  ['owner', roleActions],
]);

export function isRoleAction(text: string): text is RoleAction {
  return (roleActions as readonly string[]).includes(text);
}
