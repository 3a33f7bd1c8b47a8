import type { Kysely } from 'kysely';
import { endSessions } from '../sessions/sessions.ts';
import type { IdentityTables } from '../tables.ts';

/** Within the caller's transaction. Ends all sessions but `exceptSession`, and makes links that set a password void. */
export async function setPasswordHash(
  trx: Kysely<IdentityTables>,
  options: {
    readonly accountId: number;
    readonly passwordHash: string;
    readonly now: number;
    readonly exceptSession?: string | undefined;
  },
): Promise<void> {
  const { accountId, passwordHash, now, exceptSession } = options;
  await trx
    .updateTable('user_profile')
    .set({ password_hash: passwordHash, password_changed_at: now })
    .where('account_id', '=', accountId)
    .execute();
  await endSessions(trx, { accountId, except: exceptSession });
  await trx
    .deleteFrom('one_time_link')
    .where('account_id', '=', accountId)
    .where('purpose', '=', 'password')
    .execute();
}
