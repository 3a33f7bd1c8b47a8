import type { Selectable } from 'kysely';
import type { AccountKind, IdentityTables } from '../tables.ts';

export interface Account {
  readonly id: number;
  /** `alice`, `acme`, `acme+ci`. */
  readonly name: string;
  readonly kind: AccountKind;
  /** Of a robot: its organisation's account. */
  readonly ownerId: number | undefined;
  readonly createdAt: number;
  /** Nothing that it shows lets it in as long as this is set. */
  readonly disabledAt: number | undefined;
}

export function toAccount(row: Selectable<IdentityTables['account']>): Account {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    ownerId: row.owner_id ?? undefined,
    createdAt: row.created_at,
    disabledAt: row.disabled_at ?? undefined,
  };
}
