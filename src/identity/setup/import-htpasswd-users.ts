import { SYSTEM_ORIGIN } from '../../rest/index.ts';
import { createUser } from '../accounts/create-user.ts';
import { findAccount } from '../accounts/find-account.ts';
import { IdentityError } from '../identity-error.ts';
import { parseHtpasswd } from '../parse-htpasswd.ts';
import { readHtpasswdBytes } from '../read-htpasswd-bytes.ts';
import type { SetupContext } from './setup-context.ts';

export interface ImportedUsers {
  readonly imported: readonly string[];
  /** Nothing of these was changed, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Makes a user of each user of the file, who logs in with the same password. Names that are there stay as they are. All
 * or, when it throws (`IdentityError` htpasswd-…), none.
 */
export async function importHtpasswdUsers(
  context: SetupContext & { isReservedName(name: string): boolean },
  path: string,
): Promise<ImportedUsers> {
  const { db, clock, audit, isReservedName } = context;
  const { users } = parseHtpasswd((await readHtpasswdBytes(path)).toString('utf8'), path);
  const imported: string[] = [];
  const skipped: { name: string; reason: string }[] = [];
  await db.transaction(async (trx) => {
    for (const [name, { hash, cost }] of users) {
      const skip = (reason: string) => skipped.push({ name, reason });
      if (cost === undefined) skip('its hash is not bcrypt of cost 4 to 15: nobody could log in');
      else if (isReservedName(name)) skip('the name is reserved');
      else if (await findAccount(trx, name)) skip('there is such an account');
      else {
        try {
          await createUser(trx, { name, now: clock.now(), passwordHash: hash });
          imported.push(name);
        } catch (error) {
          if (!(error instanceof IdentityError)) throw error;
          skip(error.message);
        }
      }
    }
    if (imported.length === 0) return;
    const resource = { type: 'system', name: 'registry' };
    const after = { users: imported };
    await audit.record(trx, { action: 'user.import', origin: SYSTEM_ORIGIN, resource, after });
  });
  return { imported, skipped };
}
