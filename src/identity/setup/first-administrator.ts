import type { Database } from '../../db/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { countAdministrators } from '../accounts/users.ts';
import { IdentityError } from '../identity-error.ts';
import { createOneTimeLink } from '../one-time-links.ts';
import type { IdentityTables } from '../tables.ts';
import { createAdministrator } from './create-administrator.ts';
import type { SetupContext } from './setup-context.ts';

/** Each start makes a new one; this bounds how long a line in an old log is worth something. */
const SETUP_LINK_MS = 24 * 60 * 60_000;

/**
 * Makes the administrator that the operator's settings name, when there is none yet. Answers whether it did. Throws
 * `IdentityError`: name-invalid (also for a reserved one), name-taken, password-invalid.
 */
export async function createFirstAdministrator(
  context: SetupContext & { isReservedName(name: string): boolean },
  administrator: { readonly name: string; readonly password: string },
): Promise<boolean> {
  if ((await countAdministrators(context.db.reads)) > 0) return false;
  const { name } = administrator;
  if (context.isReservedName(name)) {
    throw new IdentityError(
      'name-invalid',
      `The name ${name} is reserved. Choose another one, such as your own.`,
    );
  }
  await createAdministrator(context, administrator);
  return true;
}

/**
 * The secret of a link with which whoever reads the server's log makes the first administrator (`POST /api/v1/setup`);
 * undefined when there is one. The secret of the start before is worth nothing any more.
 */
export async function offerSetup(options: {
  readonly db: Database<IdentityTables>;
  readonly clock: Clock;
}): Promise<string | undefined> {
  const { db, clock } = options;
  if ((await countAdministrators(db.reads)) > 0) return undefined;
  const now = clock.now();
  return db.transaction((trx) =>
    createOneTimeLink(trx, { purpose: 'setup', accountId: undefined, now, expiresAt: now + SETUP_LINK_MS }),
  );
}
