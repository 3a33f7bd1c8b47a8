import type { Kysely, Transaction } from 'kysely';
import type { RepositoryName } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

export interface AdoptionCounts {
  readonly repositories: number;
  readonly manifests: number;
  readonly tags: number;
  readonly blobs: number;
  readonly problems: number;
}

/** How far an adoption got: everything up to and with `repository` is in the database. */
export interface AdoptionCursor {
  readonly repository: RepositoryName;
  readonly counts: AdoptionCounts;
}

/** Whether what was in the link tree before Lading came is in the database. */
export async function isAdopted(db: Kysely<DistributionTables>): Promise<boolean> {
  return (await findState(db, 'adopted')) !== undefined;
}

export async function findAdoptionCursor(
  db: Kysely<DistributionTables>,
): Promise<AdoptionCursor | undefined> {
  const state = await findState(db, 'adopt_cursor');
  return state === undefined ? undefined : JSON.parse(state);
}

export async function putAdoptionCursor(
  trx: Transaction<DistributionTables>,
  cursor: AdoptionCursor,
): Promise<void> {
  await putState(trx, 'adopt_cursor', JSON.stringify(cursor));
}

/** Notes that there is nothing left to adopt, ever. */
export async function putAdopted(
  trx: Transaction<DistributionTables>,
  outcome: { at: number; counts: AdoptionCounts },
): Promise<void> {
  const value = JSON.stringify({ at: new Date(outcome.at).toISOString(), ...outcome.counts });
  await putState(trx, 'adopted', value);
  await trx.deleteFrom('registry_state').where('key', '=', 'adopt_cursor').execute();
}

type StateKey = 'adopted' | 'adopt_cursor';

async function findState(db: Kysely<DistributionTables>, key: StateKey): Promise<string | undefined> {
  const row = await db.selectFrom('registry_state').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

async function putState(trx: Transaction<DistributionTables>, key: StateKey, value: string): Promise<void> {
  await trx
    .insertInto('registry_state')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
