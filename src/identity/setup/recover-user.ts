import { SYSTEM_ORIGIN } from '../../rest/index.ts';
import { changeUser } from '../accounts/change-user.ts';
import { setPasswordHash } from '../accounts/set-password-hash.ts';
import { findUser } from '../accounts/users.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import { removeTwoFactor } from '../two-factor/two-factor.ts';
import type { SetupContext } from './setup-context.ts';

/** For a user who is locked out; nothing when there is no such user. Throws `IdentityError` password-invalid. */
export async function recoverUser(
  { db, clock, audit }: SetupContext,
  user: { readonly name: string; readonly password: string; readonly resetsTwoFactor: boolean },
): Promise<void> {
  const { name, password, resetsTwoFactor } = user;
  const passwordHash = await hashNewPassword(password, [name]);
  await db.transaction(async (trx) => {
    const found = await findUser(trx, name);
    if (!found) return;
    const now = clock.now();
    await setPasswordHash(trx, { accountId: found.id, passwordHash, now });
    await changeUser(trx, { id: found.id, now, isDisabled: false });
    if (resetsTwoFactor) await removeTwoFactor(trx, found.id);
    const resource = { type: 'account', name, namespace: name };
    const after = { disabled: false, ...(resetsTwoFactor && { two_factor: false }) };
    await audit.record(trx, { action: 'user.recover', origin: SYSTEM_ORIGIN, resource, after });
  });
}
