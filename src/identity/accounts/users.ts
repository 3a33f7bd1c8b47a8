import type { Kysely } from 'kysely';
import type { IdentityTables } from '../tables.ts';

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string | undefined;
  readonly displayName: string | undefined;
  readonly isAdministrator: boolean;
  readonly isDisabled: boolean;
  readonly hasTwoFactor: boolean;
  readonly passwordHash: string | undefined;
  readonly createdAt: number;
  readonly lastSeenAt: number | undefined;
}

function selectUsers(db: Kysely<IdentityTables>) {
  return db
    .selectFrom('account')
    .innerJoin('user_profile', 'user_profile.account_id', 'account.id')
    .leftJoin('totp', 'totp.account_id', 'account.id')
    .select([
      'account.id',
      'account.name',
      'account.created_at',
      'account.disabled_at',
      'user_profile.email',
      'user_profile.display_name',
      'user_profile.password_hash',
      'user_profile.is_administrator',
      'user_profile.last_seen_at',
      'totp.confirmed_at',
    ]);
}

type UserRow = Awaited<ReturnType<ReturnType<typeof selectUsers>['executeTakeFirstOrThrow']>>;

function toUser(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email ?? undefined,
    displayName: row.display_name ?? undefined,
    isAdministrator: row.is_administrator === 1,
    isDisabled: row.disabled_at !== null,
    hasTwoFactor: row.confirmed_at !== null,
    passwordHash: row.password_hash ?? undefined,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at ?? undefined,
  };
}

export async function findUser(db: Kysely<IdentityTables>, name: string): Promise<User | undefined> {
  const row = await selectUsers(db).where('account.name', '=', name).executeTakeFirst();
  return row && toUser(row);
}

export async function findUserById(db: Kysely<IdentityTables>, id: number): Promise<User | undefined> {
  const row = await selectUsers(db).where('account.id', '=', id).executeTakeFirst();
  return row && toUser(row);
}

/** In the order of their names, from the one after `after`; those whose name starts with `prefix`. */
export async function listUsers(
  db: Kysely<IdentityTables>,
  page: { readonly prefix?: string | undefined; readonly after?: string | undefined; readonly limit: number },
): Promise<User[]> {
  const { prefix, after, limit } = page;
  let query = selectUsers(db).orderBy('account.name').limit(limit);
  if (after !== undefined) query = query.where('account.name', '>', after);
  // Names hold no character above `z`.
  if (prefix !== undefined && prefix !== '') {
    query = query.where('account.name', '>=', prefix).where('account.name', '<', `${prefix}~`);
  }
  return (await query.execute()).map(toUser);
}

/** Administrators that can act. The last of them must stay: nobody else could make another one. */
export async function countAdministrators(db: Kysely<IdentityTables>): Promise<number> {
  const { count } = await db
    .selectFrom('user_profile')
    .innerJoin('account', 'account.id', 'user_profile.account_id')
    .where('user_profile.is_administrator', '=', 1)
    .where('account.disabled_at', 'is', null)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
