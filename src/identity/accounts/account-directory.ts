import type { Kysely } from 'kysely';
import type { AccountKind, IdentityTables } from '../tables.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';

export interface DirectoryEntry {
  readonly id: number;
  readonly name: string;
  readonly kind: AccountKind;
  readonly isAdministrator: boolean;
  readonly isDisabled: boolean;
  readonly createdAt: number;
}

/** What whoever decides about rights asks of accounts. */
export interface AccountDirectory {
  find(name: string): Promise<DirectoryEntry | undefined>;
  /** Those that exist of at most 1,000 ids, in no order. */
  list(ids: readonly number[]): Promise<readonly DirectoryEntry[]>;
  findIn(trx: Kysely<IdentityTables>, name: string): Promise<DirectoryEntry | undefined>;
  /** Undefined when the name is taken. */
  createOrganisation(
    trx: Kysely<IdentityTables>,
    organisation: { readonly name: string; readonly now: number },
  ): Promise<DirectoryEntry | undefined>;
  /** With its robots and their tokens. */
  remove(trx: Kysely<IdentityTables>, id: number): Promise<void>;
}

export function createAccountDirectory(reads: Kysely<IdentityTables>): AccountDirectory {
  return {
    find: (name) => findEntry(reads, name),
    async list(ids) {
      if (ids.length === 0) return [];
      const rows = await selectEntries(reads)
        .where('account.id', 'in', [...ids])
        .execute();
      return rows.map(toEntry);
    },
    findIn: (trx, name) => findEntry(trx, name),
    async createOrganisation(trx, { name, now }) {
      if (await findEntry(trx, name)) return undefined;
      await createAccount(trx, { name, kind: 'organisation', now });
      return findEntry(trx, name);
    },
    remove: (trx, id) => deleteAccount(trx, id),
  };
}

function selectEntries(db: Kysely<IdentityTables>) {
  return db
    .selectFrom('account')
    .leftJoin('user_profile', 'user_profile.account_id', 'account.id')
    .select([
      'account.id',
      'account.name',
      'account.kind',
      'account.created_at',
      'account.disabled_at',
      'user_profile.is_administrator',
    ]);
}

async function findEntry(db: Kysely<IdentityTables>, name: string): Promise<DirectoryEntry | undefined> {
  const row = await selectEntries(db).where('account.name', '=', name).executeTakeFirst();
  return row && toEntry(row);
}

function toEntry(
  row: Awaited<ReturnType<ReturnType<typeof selectEntries>['executeTakeFirstOrThrow']>>,
): DirectoryEntry {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    isAdministrator: row.is_administrator === 1,
    isDisabled: row.disabled_at !== null,
    createdAt: row.created_at,
  };
}
