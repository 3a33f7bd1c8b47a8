import type { Transaction } from 'kysely';
import { printable } from '../../kernel/index.ts';
import { problem } from '../../rest/index.ts';
import { createUser } from '../accounts/create-user.ts';
import { findUserById, type User } from '../accounts/users.ts';
import { IdentityError } from '../identity-error.ts';
import type { IdentityTables } from '../tables.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { Claims } from './open-provider.ts';
import { toAccountName } from './to-account-name.ts';

export interface SignedIn {
  readonly user: User;
  /** `known`: has signed in before; `linked` by its e-mail address; `created` just now. */
  readonly how: 'known' | 'linked' | 'created';
}

type Options = {
  readonly settings: OidcSettings;
  readonly claims: Claims;
  readonly now: number;
  isReservedName(name: string): boolean;
  assertUnclaimed(trx: Transaction<IdentityTables>, name: string): Promise<void>;
};

/**
 * Whose account it is that a provider vouches for: that of the subject, never that of a name or an address which merely
 * looks the same. Within the caller's transaction. Throws `Problem` forbidden or conflict.
 */
export async function findOrCreateAccount(
  trx: Transaction<IdentityTables>,
  options: Options,
): Promise<SignedIn> {
  const { issuer } = options.settings;
  const { now, claims } = options;
  const row = await trx
    .selectFrom('oidc_identity')
    .select('account_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', claims.sub)
    .executeTakeFirst();
  const linked = row ? undefined : await findByEmail(trx, options);
  const id = row?.account_id ?? linked ?? (await create(trx, options));
  await trx
    .insertInto('oidc_identity')
    .values({ issuer, subject: claims.sub, account_id: id, created_at: now, last_login_at: now })
    .onConflict((conflict) => conflict.doUpdateSet({ last_login_at: now }))
    .execute();
  const user = await findUserById(trx, id);
  if (!user) throw new Error(`There is no user ${id}.`);
  if (user.isDisabled) {
    throw problem('forbidden', `The account ${user.name} is disabled. An administrator can enable it again.`);
  }
  return { user, how: row ? 'known' : linked === undefined ? 'created' : 'linked' };
}

/**
 * An account with this address, when the configuration says so and the provider that the address was verified. Of
 * several none, and none that somebody else has signed in to: then it is not clear whose it is.
 */
async function findByEmail(
  trx: Transaction<IdentityTables>,
  { settings, claims }: Options,
): Promise<number | undefined> {
  const email = verifiedEmail(claims);
  if (!settings.linksVerifiedEmail || email === undefined) return undefined;
  const rows = await trx
    .selectFrom('user_profile')
    .leftJoin('oidc_identity', 'oidc_identity.account_id', 'user_profile.account_id')
    .select(['user_profile.account_id', 'oidc_identity.subject'])
    .where((is) => is(is.fn<string>('lower', ['user_profile.email']), '=', email.toLowerCase()))
    .limit(2)
    .execute();
  const [only] = rows;
  return rows.length === 1 && only?.subject === null ? only.account_id : undefined;
}

async function create(trx: Transaction<IdentityTables>, options: Options): Promise<number> {
  const { settings, claims, now, isReservedName, assertUnclaimed } = options;
  if (!settings.createsAccounts) {
    throw problem('forbidden', 'There is no account for you here. Ask an administrator to make one.');
  }
  const name = toAccountName(claims[settings.nameClaim]);
  if (name === undefined) {
    throw problem(
      'forbidden',
      `Your provider gives no name to call an account after (claim ${settings.nameClaim}). Ask an administrator.`,
    );
  }
  if (isReservedName(name)) {
    throw problem(
      'conflict',
      `Your provider calls you ${name}, a name that is reserved here. Ask an administrator.`,
    );
  }
  await assertUnclaimed(trx, name);
  const displayName = typeof claims.name === 'string' ? printable(claims.name).slice(0, 100) : undefined;
  try {
    return await createUser(trx, { name, now, email: verifiedEmail(claims), displayName });
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    throw problem(
      'conflict',
      `Your provider calls you ${name}, and an account of that name is here already. If it is yours, ask an administrator; nobody gets an account by its name alone.`,
      { cause: error },
    );
  }
}

function verifiedEmail({ email, email_verified: isVerified }: Claims): string | undefined {
  const isUsable =
    typeof email === 'string' && email.length <= 254 && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email);
  return isUsable && isVerified === true ? email : undefined;
}
