import type { Database } from '../../db/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { type AuditTrail, SYSTEM_ORIGIN } from '../../rest/index.ts';
import { createUser } from '../accounts/create-user.ts';
import { countAdministrators } from '../accounts/users.ts';
import { createOneTimeLink } from '../one-time-links.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import type { IdentityTables } from '../tables.ts';

/** Each start makes a new one; this bounds how long a line in an old log is worth something. */
const SETUP_LINK_MS = 24 * 60 * 60_000;

/**
 * Makes the administrator that the operator's settings name, when there is none yet. Answers whether it did. Throws
 * `IdentityError`: name-invalid, name-taken, password-invalid.
 */
export async function createFirstAdministrator(
  {
    db,
    clock,
    audit,
  }: { readonly db: Database<IdentityTables>; readonly clock: Clock; readonly audit: AuditTrail },
  administrator: { readonly name: string; readonly password: string },
): Promise<boolean> {
  if ((await countAdministrators(db.reads)) > 0) return false;
  const { name, password } = administrator;
  const passwordHash = await hashNewPassword(password, [name]);
  await db.transaction(async (trx) => {
    await createUser(trx, { name, now: clock.now(), passwordHash, isAdministrator: true });
    const resource = { type: 'account', name, namespace: name };
    await audit.record(trx, { action: 'setup', origin: SYSTEM_ORIGIN, resource });
  });
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
