import type { Kysely } from 'kysely';
import { createOneTimeLink } from '../one-time-links.ts';
import type { IdentityTables } from '../tables.ts';
import { toTime } from './api-words.ts';

/** A link that sets the account's password, as the API shows it. */
export async function createPasswordLinkIn(
  trx: Kysely<IdentityTables>,
  options: { readonly accountId: number; readonly now: number; readonly lastsMs: number },
): Promise<{ secret: string; path: string; expires_at: string }> {
  const { accountId, now, lastsMs } = options;
  const expiresAt = now + lastsMs;
  const secret = await createOneTimeLink(trx, { purpose: 'password', accountId, now, expiresAt });
  // Behind the `#`: browsers send it to nobody, so that it gets into no log and no Referer.
  return { secret, path: `/set-password#${secret}`, expires_at: toTime(expiresAt) };
}
