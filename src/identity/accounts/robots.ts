import type { Kysely } from 'kysely';
import type { IdentityTables } from '../tables.ts';
import { createAccount } from './create-account.ts';

export interface Robot {
  readonly id: number;
  /** `acme+ci`. */
  readonly name: string;
  readonly description: string;
  readonly isDisabled: boolean;
  readonly createdAt: number;
  readonly lastSeenAt: number | undefined;
}

function selectRobots(db: Kysely<IdentityTables>) {
  return db
    .selectFrom('account')
    .innerJoin('robot_profile', 'robot_profile.account_id', 'account.id')
    .select([
      'account.id',
      'account.name',
      'account.created_at',
      'account.disabled_at',
      'robot_profile.description',
      'robot_profile.last_seen_at',
    ]);
}

function toRobot(
  row: Awaited<ReturnType<ReturnType<typeof selectRobots>['executeTakeFirstOrThrow']>>,
): Robot {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    isDisabled: row.disabled_at !== null,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at ?? undefined,
  };
}

export async function findRobot(db: Kysely<IdentityTables>, name: string): Promise<Robot | undefined> {
  const row = await selectRobots(db).where('account.name', '=', name).executeTakeFirst();
  return row && toRobot(row);
}

/** In the order of their names, from the one after `after`. */
export async function listRobots(
  db: Kysely<IdentityTables>,
  page: { readonly ownerId: number; readonly after?: string | undefined; readonly limit: number },
): Promise<Robot[]> {
  const { ownerId, after, limit } = page;
  let query = selectRobots(db).where('account.owner_id', '=', ownerId).orderBy('account.name').limit(limit);
  if (after !== undefined) query = query.where('account.name', '>', after);
  return (await query.execute()).map(toRobot);
}

/** Within the caller's transaction. Throws `IdentityError`: name-invalid, name-taken. */
export async function createRobot(
  trx: Kysely<IdentityTables>,
  robot: {
    readonly name: string;
    readonly ownerId: number;
    readonly description: string;
    readonly createdBy: number | undefined;
    readonly now: number;
  },
): Promise<void> {
  const { name, ownerId, description, createdBy, now } = robot;
  const { id } = await createAccount(trx, { name, kind: 'robot', ownerId, now });
  await trx
    .insertInto('robot_profile')
    .values({ account_id: id, description, created_by: createdBy ?? null, last_seen_at: null })
    .execute();
}

/** Within the caller's transaction. What is undefined stays. */
export async function changeRobot(
  trx: Kysely<IdentityTables>,
  change: {
    readonly id: number;
    readonly now: number;
    readonly description: string | undefined;
    readonly isDisabled: boolean | undefined;
  },
): Promise<void> {
  const { id, now, description, isDisabled } = change;
  if (description !== undefined) {
    await trx.updateTable('robot_profile').set({ description }).where('account_id', '=', id).execute();
  }
  if (isDisabled !== undefined) {
    const disabled = { disabled_at: isDisabled ? now : null };
    await trx.updateTable('account').set(disabled).where('id', '=', id).execute();
  }
}
