import type { Kysely } from 'kysely';
import type { Rule } from '../decision.ts';
import { compilePattern, type Pattern, wholeNamespace } from '../pattern.ts';
import { builtInRoles, isRoleAction, type RoleAction } from '../role.ts';
import {
  type GrantRow,
  listMembershipRows,
  listOwnGrantRows,
  listTeamGrantRows,
  type MembershipRow,
} from '../store/policy-rows.ts';
import type { AccessTables } from '../tables.ts';

/** One thing that an account was given in one namespace. */
export interface PolicyRule {
  readonly actions: ReadonlySet<RoleAction>;
  /** Whether it covers this repository of the namespace. */
  covers(repository: string): boolean;
  /** Whether it is about all of the namespace, and so about the namespace itself. */
  readonly isWhole: boolean;
  /** Whether repositories that do not exist yet are among what it covers. */
  readonly hasWildcard: boolean;
  describe(namespace: string): Rule;
  /** Of the repositories that it covers. */
  patternIn(namespace: string): Pattern;
}

/** All that an account was given, by the id of the namespace. */
export type Policy = ReadonlyMap<number, readonly PolicyRule[]>;

export async function loadPolicy(db: Kysely<AccessTables>, accountId: number): Promise<Policy> {
  const [memberships, own, through] = await Promise.all([
    listMembershipRows(db, { accountId }),
    listOwnGrantRows(db, { accountId }),
    listTeamGrantRows(db, { accountId }),
  ]);
  const policy = new Map<number, PolicyRule[]>();
  const add = (namespaceId: number, rule: PolicyRule) => {
    const rules = policy.get(namespaceId);
    if (rules) rules.push(rule);
    else policy.set(namespaceId, [rule]);
  };
  for (const row of memberships) add(row.namespaceId, membershipRule(row));
  for (const row of own) add(row.namespaceId, grantRule({ ...row, team: null }));
  for (const row of through) add(row.namespaceId, grantRule(row));
  return policy;
}

function membershipRule(row: MembershipRow): PolicyRule {
  return {
    actions: actionsOf(row),
    covers: () => true,
    isWhole: true,
    hasWildcard: true,
    describe: (organisation) => ({ kind: 'membership', organisation, role: row.role }),
    patternIn: (organisation) => compilePattern(wholeNamespace(organisation)),
  };
}

function grantRule(row: GrantRow): PolicyRule {
  const pattern = compilePattern(row.pattern);
  const { id: grant, role, team } = row;
  return {
    actions: actionsOf(row),
    covers: pattern.matches,
    isWhole: /^[^/*]+\/\*\*$/.test(pattern.text),
    hasWildcard: pattern.hasWildcard,
    describe: () => ({ kind: 'grant', grant, role, pattern: row.pattern, team: team ?? undefined }),
    patternIn: () => pattern,
  };
}

const builtIn = new Map([...builtInRoles].map(([name, actions]) => [name, new Set(actions)]));
const nothing: ReadonlySet<RoleAction> = new Set();

/** A built-in role is never shadowed; a role that is gone gives nothing. */
function actionsOf({ role, actions }: MembershipRow): ReadonlySet<RoleAction> {
  return builtIn.get(role) ?? (actions === null ? nothing : new Set(parseActions(actions)));
}

/** What a custom role allows, from its row. */
export function parseActions(json: string): RoleAction[] {
  const actions: unknown = JSON.parse(json);
  return Array.isArray(actions) ? actions.filter(isRoleAction) : [];
}
