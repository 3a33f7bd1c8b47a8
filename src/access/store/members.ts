import type { Kysely } from 'kysely';
import type { AccessTables } from '../tables.ts';

type Db = Kysely<AccessTables>;

export interface MemberRow {
  readonly accountId: number;
  readonly role: string;
  readonly since: number;
}

interface Page {
  readonly after: number;
  readonly limit: number;
}

export async function findMember(
  db: Db,
  organisationId: number,
  accountId: number,
): Promise<MemberRow | undefined> {
  return db
    .selectFrom('organisation_member')
    .select(['account_id as accountId', 'role', 'since'])
    .where('organisation_id', '=', organisationId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
}

/** In the order of account ids, those after `after`. */
export async function listMembers(db: Db, organisationId: number, page: Page): Promise<MemberRow[]> {
  return db
    .selectFrom('organisation_member')
    .select(['account_id as accountId', 'role', 'since'])
    .where('organisation_id', '=', organisationId)
    .where('account_id', '>', page.after)
    .orderBy('account_id')
    .limit(page.limit)
    .execute();
}

/** The organisations that have this member, or all that have any. */
export async function listOrganisationIds(
  db: Db,
  memberId: number | undefined,
  page: Page,
): Promise<number[]> {
  let rows = db
    .selectFrom('organisation_member')
    .select('organisation_id')
    .distinct()
    .where('organisation_id', '>', page.after)
    .orderBy('organisation_id')
    .limit(page.limit);
  if (memberId !== undefined) rows = rows.where('account_id', '=', memberId);
  return (await rows.execute()).map((row) => row.organisation_id);
}

export async function putMember(db: Db, organisationId: number, member: MemberRow): Promise<void> {
  await db
    .insertInto('organisation_member')
    .values({
      organisation_id: organisationId,
      account_id: member.accountId,
      role: member.role,
      since: member.since,
    })
    .onConflict((conflict) => conflict.doUpdateSet({ role: member.role }))
    .execute();
}

export async function hasOtherOwner(db: Db, organisationId: number, accountId: number): Promise<boolean> {
  const row = await db
    .selectFrom('organisation_member')
    .select('account_id')
    .where('organisation_id', '=', organisationId)
    .where('role', '=', 'owner')
    .where('account_id', '!=', accountId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Of each organisation that the account owns, every other owner; `ownerId` null where there is none. */
export async function listOwnersBeside(
  db: Db,
  accountId: number,
): Promise<{ organisationId: number; ownerId: number | null }[]> {
  return db
    .selectFrom('organisation_member as own')
    .leftJoin('organisation_member as other', (join) =>
      join
        .onRef('other.organisation_id', '=', 'own.organisation_id')
        .on('other.role', '=', 'owner')
        .on('other.account_id', '!=', accountId),
    )
    .select(['own.organisation_id as organisationId', 'other.account_id as ownerId'])
    .where('own.account_id', '=', accountId)
    .where('own.role', '=', 'owner')
    .execute();
}

/** With what the account has through teams of the organisation, and its own grants there. */
export async function removeMember(db: Db, organisationId: number, accountId: number): Promise<void> {
  await db
    .deleteFrom('organisation_member')
    .where('organisation_id', '=', organisationId)
    .where('account_id', '=', accountId)
    .execute();
  await db
    .deleteFrom('team_member')
    .where('account_id', '=', accountId)
    .where('team_id', 'in', (teams) =>
      teams.selectFrom('team').select('id').where('organisation_id', '=', organisationId),
    )
    .execute();
  await db
    .deleteFrom('access_grant')
    .where('namespace_id', '=', organisationId)
    .where('subject_kind', '=', 'account')
    .where('subject_id', '=', accountId)
    .execute();
}

/** Everything that an account was given and, if it is a namespace, gave. */
export async function removeAccountRights(db: Db, accountId: number): Promise<void> {
  await db
    .deleteFrom('organisation_member')
    .where((where) =>
      where.or([where('account_id', '=', accountId), where('organisation_id', '=', accountId)]),
    )
    .execute();
  await db
    .deleteFrom('access_grant')
    .where((where) =>
      where.or([
        where('namespace_id', '=', accountId),
        where.and([where('subject_kind', '=', 'account'), where('subject_id', '=', accountId)]),
      ]),
    )
    .execute();
  const teams = db.selectFrom('team').select('id').where('organisation_id', '=', accountId);
  await db
    .deleteFrom('team_member')
    .where((where) => where.or([where('account_id', '=', accountId), where('team_id', 'in', teams)]))
    .execute();
  await db.deleteFrom('team').where('organisation_id', '=', accountId).execute();
  await db.deleteFrom('custom_role').where('namespace_id', '=', accountId).execute();
  await db.deleteFrom('namespace_settings').where('namespace_id', '=', accountId).execute();
}
