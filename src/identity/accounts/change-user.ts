import type { Kysely } from 'kysely';
import { endSessions } from '../sessions/sessions.ts';
import type { IdentityTables } from '../tables.ts';

/** Within the caller's transaction. What is undefined stays; null takes a value away. Who is disabled is logged out. */
export async function changeUser(
  trx: Kysely<IdentityTables>,
  change: {
    readonly id: number;
    readonly now: number;
    readonly email?: string | null | undefined;
    readonly displayName?: string | null | undefined;
    readonly isDisabled?: boolean | undefined;
    readonly isAdministrator?: boolean | undefined;
  },
): Promise<void> {
  const { id, now, email, displayName, isDisabled, isAdministrator } = change;
  const profile = {
    ...(email !== undefined && { email }),
    ...(displayName !== undefined && { display_name: displayName }),
    ...(isAdministrator !== undefined && { is_administrator: isAdministrator ? 1 : 0 }),
  };
  if (Object.keys(profile).length > 0) {
    await trx.updateTable('user_profile').set(profile).where('account_id', '=', id).execute();
  }
  if (isDisabled !== undefined) {
    await trx
      .updateTable('account')
      .set({ disabled_at: isDisabled ? now : null })
      .where('id', '=', id)
      .execute();
    if (isDisabled) await endSessions(trx, { accountId: id });
  }
}
