import type { Kysely } from 'kysely';
import type { AccessTables } from './tables.ts';

export interface Account {
  readonly id: number;
  /** `alice`, `acme`, `acme+ci`. */
  readonly name: string;
  readonly kind: 'user' | 'organisation' | 'robot';
  /** Of a user: may do everything. */
  readonly isAdministrator: boolean;
  readonly isDisabled: boolean;
  readonly createdAt: number;
}

/** A transaction in which whoever keeps the accounts takes part: the same database, other tables. */
export type AccessTransaction = Kysely<AccessTables>;

/**
 * What is asked of whoever keeps the accounts. Names that do not exist are undefined, not errors. When an account is
 * made, disabled, made administrator or goes, it must call `Authorizer.invalidate` after the commit.
 */
export interface Accounts {
  find(name: string): Promise<Account | undefined>;
  /** The accounts that exist of those asked for, in no order; at most 1,000 ids. */
  list(ids: readonly number[]): Promise<readonly Account[]>;
  /** As `find`, in a transaction, where nobody can take the account away meanwhile. */
  findIn(trx: AccessTransaction, name: string): Promise<Account | undefined>;
  /** Undefined when the name is taken. That it is not reserved was checked. */
  createOrganisation(
    trx: AccessTransaction,
    organisation: { name: string; now: number },
  ): Promise<Account | undefined>;
  /** With its robots and their tokens. */
  remove(trx: AccessTransaction, id: number): Promise<void>;
}
