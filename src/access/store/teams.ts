import type { Kysely } from 'kysely';
import type { AccessTables } from '../tables.ts';

type Db = Kysely<AccessTables>;

export interface TeamRow {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly created_at: number;
}

export async function findTeam(db: Db, organisationId: number, name: string): Promise<TeamRow | undefined> {
  return db
    .selectFrom('team')
    .select(['id', 'name', 'description', 'created_at'])
    .where('organisation_id', '=', organisationId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export async function listTeams(
  db: Db,
  organisationId: number,
  page: { after: string; limit: number },
): Promise<TeamRow[]> {
  return db
    .selectFrom('team')
    .select(['id', 'name', 'description', 'created_at'])
    .where('organisation_id', '=', organisationId)
    .where('name', '>', page.after)
    .orderBy('name')
    .limit(page.limit)
    .execute();
}

export async function insertTeam(db: Db, organisationId: number, team: Omit<TeamRow, 'id'>): Promise<void> {
  await db
    .insertInto('team')
    .values({ organisation_id: organisationId, ...team })
    .execute();
}

export async function describeTeam(db: Db, id: number, description: string): Promise<void> {
  await db.updateTable('team').set({ description }).where('id', '=', id).execute();
}

/** With its members and what was given to it. */
export async function removeTeam(db: Db, id: number): Promise<void> {
  await db.deleteFrom('team_member').where('team_id', '=', id).execute();
  await db
    .deleteFrom('access_grant')
    .where('subject_kind', '=', 'team')
    .where('subject_id', '=', id)
    .execute();
  await db.deleteFrom('team').where('id', '=', id).execute();
}

export async function findTeamMember(
  db: Db,
  teamId: number,
  accountId: number,
): Promise<{ since: number } | undefined> {
  return db
    .selectFrom('team_member')
    .select('since')
    .where('team_id', '=', teamId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
}

export async function listTeamMembers(
  db: Db,
  teamId: number,
  page: { after: number; limit: number },
): Promise<{ accountId: number; since: number }[]> {
  return db
    .selectFrom('team_member')
    .select(['account_id as accountId', 'since'])
    .where('team_id', '=', teamId)
    .where('account_id', '>', page.after)
    .orderBy('account_id')
    .limit(page.limit)
    .execute();
}

export async function putTeamMember(
  db: Db,
  teamId: number,
  member: { accountId: number; since: number },
): Promise<void> {
  await db
    .insertInto('team_member')
    .values({ team_id: teamId, account_id: member.accountId, since: member.since })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Answers whether it was in the team. */
export async function removeTeamMember(db: Db, teamId: number, accountId: number): Promise<boolean> {
  const result = await db
    .deleteFrom('team_member')
    .where('team_id', '=', teamId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** The roles that were given to a team, each once. */
export async function listTeamRoles(db: Db, teamId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('access_grant')
    .select('role')
    .distinct()
    .where('subject_kind', '=', 'team')
    .where('subject_id', '=', teamId)
    .execute();
  return rows.map((row) => row.role);
}
