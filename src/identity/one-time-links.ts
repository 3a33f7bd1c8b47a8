import type { Kysely } from 'kysely';
import { hashSecret, isSecret, mintSecret } from './secret.ts';
import type { IdentityTables } from './tables.ts';

export interface OneTimeLink {
  readonly purpose: 'password' | 'setup';
  /** Whose password it sets. */
  readonly accountId: number | undefined;
}

/** Answers the secret. Any earlier link for the same is worth nothing afterwards. */
export async function createOneTimeLink(
  trx: Kysely<IdentityTables>,
  link: OneTimeLink & { readonly now: number; readonly expiresAt: number },
): Promise<string> {
  const { purpose, accountId = null, now, expiresAt } = link;
  const { text, hash } = mintSecret('url');
  await trx
    .deleteFrom('one_time_link')
    .where('purpose', '=', purpose)
    .where((is) => is.or([is('account_id', 'is', accountId), is('expires_at', '<=', now)]))
    .execute();
  await trx
    .insertInto('one_time_link')
    .values({ secret_hash: hash, purpose, account_id: accountId, created_at: now, expires_at: expiresAt })
    .execute();
  return text;
}

/** Undefined for one that never was, was used or is too old. Looks and leaves it. */
export async function findOneTimeLink(
  db: Kysely<IdentityTables>,
  options: { readonly secret: string; readonly purpose: OneTimeLink['purpose']; readonly now: number },
): Promise<OneTimeLink | undefined> {
  const { secret, purpose, now } = options;
  if (!isSecret(secret, 'url')) return undefined;
  const row = await db
    .selectFrom('one_time_link')
    .selectAll()
    .where('secret_hash', '=', hashSecret(secret))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && { purpose: row.purpose, accountId: row.account_id ?? undefined };
}

/** As `findOneTimeLink`, and uses it up: of two at the same time one finds it. */
export async function takeOneTimeLink(
  trx: Kysely<IdentityTables>,
  options: { readonly secret: string; readonly purpose: OneTimeLink['purpose']; readonly now: number },
): Promise<OneTimeLink | undefined> {
  const link = await findOneTimeLink(trx, options);
  if (link) {
    await trx.deleteFrom('one_time_link').where('secret_hash', '=', hashSecret(options.secret)).execute();
  }
  return link;
}
