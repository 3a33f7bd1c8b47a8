import type { Kysely } from 'kysely';
import { networkOf } from '../../http/index.ts';
import { hashSecret } from '../secret.ts';
import type { IdentityTables } from '../tables.ts';

/** Of one account; the ones seen longest ago make way. */
const MAX_SOURCES = 50;
/** An address belongs to somebody else by then. */
const FORGET_MS = 90 * 24 * 60 * 60_000;

export interface LoginSource {
  readonly address: string;
  /** Secret of the cookie that the last login from this browser left. */
  readonly device: string | undefined;
}

/** A device rather than an address: others may share the address. */
export async function findKnownSource(
  db: Kysely<IdentityTables>,
  options: LoginSource & { readonly accountId: number; readonly now: number },
): Promise<string | undefined> {
  const wanted = sourcesOf(options);
  const rows = await db
    .selectFrom('known_source')
    .select('source')
    .where('account_id', '=', options.accountId)
    .where('source', 'in', wanted)
    .where('seen_at', '>', options.now - FORGET_MS)
    .execute();
  return wanted.find((source) => rows.some((row) => row.source === source));
}

export async function rememberSource(
  trx: Kysely<IdentityTables>,
  options: LoginSource & { readonly accountId: number; readonly now: number },
): Promise<void> {
  const { accountId, now } = options;
  for (const source of sourcesOf(options)) {
    await trx
      .insertInto('known_source')
      .values({ account_id: accountId, source, seen_at: now })
      .onConflict((conflict) => conflict.columns(['account_id', 'source']).doUpdateSet({ seen_at: now }))
      .execute();
  }
  const surplus = trx
    .selectFrom('known_source')
    .select('source')
    .where('account_id', '=', accountId)
    .orderBy('seen_at', 'desc')
    .limit(MAX_SOURCES)
    .offset(MAX_SOURCES);
  await trx
    .deleteFrom('known_source')
    .where('account_id', '=', accountId)
    .where('source', 'in', surplus)
    .execute();
}

function sourcesOf({ address, device }: LoginSource): string[] {
  return [...(device === undefined ? [] : [`device ${hashSecret(device)}`]), `address ${networkOf(address)}`];
}
