import { SYSTEM_ORIGIN } from '../../rest/index.ts';
import { createUser } from '../accounts/create-user.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import type { SetupContext } from './setup-context.ts';

/** Throws `IdentityError`: name-invalid, name-taken, password-invalid. */
export async function createAdministrator(
  { db, clock, audit }: SetupContext,
  administrator: { readonly name: string; readonly password: string },
): Promise<void> {
  const { name, password } = administrator;
  const passwordHash = await hashNewPassword(password, [name]);
  await db.transaction(async (trx) => {
    await createUser(trx, { name, now: clock.now(), passwordHash, isAdministrator: true });
    const resource = { type: 'account', name, namespace: name };
    const after = { name, is_administrator: true };
    await audit.record(trx, { action: 'user.create', origin: SYSTEM_ORIGIN, resource, after });
  });
}
