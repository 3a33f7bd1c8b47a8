import type { Kysely } from 'kysely';
import { prepare } from '../../db/index.ts';
import type { AccessTables } from '../tables.ts';

type Reads = Kysely<AccessTables>;

/** What an account was given, with the actions of the role where the role is the namespace's own. */
export interface MembershipRow {
  readonly namespaceId: number;
  readonly role: string;
  readonly actions: string | null;
}

export interface GrantRow extends MembershipRow {
  readonly id: string;
  readonly pattern: string;
  readonly team: string | null;
}

export const listMembershipRows = prepare((db: Reads, of: { accountId: number }) =>
  db
    .selectFrom('organisation_member')
    .leftJoin('custom_role', (join) =>
      join
        .onRef('custom_role.namespace_id', '=', 'organisation_member.organisation_id')
        .onRef('custom_role.name', '=', 'organisation_member.role'),
    )
    .select(['organisation_id as namespaceId', 'role', 'custom_role.actions'])
    .where('account_id', '=', of.accountId),
);

function selectGrants(db: Reads) {
  return db
    .selectFrom('access_grant')
    .leftJoin('custom_role', (join) =>
      join
        .onRef('custom_role.namespace_id', '=', 'access_grant.namespace_id')
        .onRef('custom_role.name', '=', 'access_grant.role'),
    )
    .select([
      'access_grant.id',
      'access_grant.namespace_id as namespaceId',
      'access_grant.role',
      'access_grant.pattern',
      'custom_role.actions',
    ]);
}

export const listOwnGrantRows = prepare((db: Reads, of: { accountId: number }) =>
  selectGrants(db).where('subject_kind', '=', 'account').where('subject_id', '=', of.accountId),
);

export const listTeamGrantRows = prepare((db: Reads, of: { accountId: number }) =>
  selectGrants(db)
    .innerJoin('team', (join) =>
      join
        .onRef('team.id', '=', 'access_grant.subject_id')
        .onRef('team.organisation_id', '=', 'access_grant.namespace_id'),
    )
    .innerJoin('team_member', 'team_member.team_id', 'team.id')
    .select('team.name as team')
    .where('subject_kind', '=', 'team')
    .where('team_member.account_id', '=', of.accountId),
);

export const findVisibilityRows = prepare((db: Reads, of: { repository: string }) =>
  db
    .selectFrom('repository_access')
    .select(['visibility', 'namespace'])
    .where('repository', '=', of.repository),
);

export const findVersionRows = prepare((db: Reads, _: object) =>
  db.selectFrom('access_version').select(['version', 'redirects']),
);
