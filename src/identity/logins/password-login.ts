import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/index.ts';
import { networkOf } from '../../http/index.ts';
import type { Clock, Logger } from '../../kernel/index.ts';
import { findUser, type User } from '../accounts/users.ts';
import { createPasswordChecker } from '../password-checker.ts';
import { hashArgon2id, nobodysArgon2id } from '../passwords/argon2id.ts';
import { createPasswordComparison, isBcrypt, type PasswordHashes } from '../passwords/compare-password.ts';
import type { IdentityTables } from '../tables.ts';
import { findKnownSource, type LoginSource, rememberSource } from './known-sources.ts';
import { createLoginThrottle, type LoginAttempt } from './throttle.ts';

export interface PasswordAttempt extends LoginSource {
  readonly name: string;
  readonly password: string;
}

export interface PasswordLogins {
  /**
   * Whose password it is. Undefined for an unknown or disabled user, one without a password, one for whom `accepts` says
   * no, and for a wrong password: all after the same work. Throws `OciError` TOOMANYREQUESTS when it comes too soon after
   * failures, or when too many passwords wait to be hashed.
   */
  check(attempt: PasswordAttempt, accepts?: (user: User) => boolean): Promise<User | undefined>;
  /** The same delays for the second factor's code of a user whose password was right. Undefined when `take` says no. */
  checkCode<Result>(
    attempt: LoginSource & { readonly user: User },
    take: () => Promise<Result | undefined>,
  ): Promise<Result | undefined>;
}

export function createPasswordLogins(options: {
  readonly db: Database<IdentityTables>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hashes?: PasswordHashes;
}): PasswordLogins {
  const { db, clock, log, hashes } = options;
  const { reads } = db;
  const throttle = createLoginThrottle({ clock });
  const importedCost = () => findImportedCost(reads);
  const compare = createPasswordComparison({ importedCost, ...(hashes && { hashes }) });
  const checker = createPasswordChecker({ clock, compare });
  const nobody = nobodysArgon2id();
  const secret = randomBytes(32);
  const inProgress = new Map<string, Promise<User | undefined>>();

  return {
    async check(attempt, accepts = () => true) {
      const user = await findUser(reads, attempt.name);
      const isUsable = user !== undefined && !user.isDisabled && accepts(user);
      const found = isUsable ? user : undefined;
      const { name, password } = attempt;
      const hash = found?.passwordHash ?? nobody;
      // By network: what is remembered is not slowed, and so would tell whoever guesses from elsewhere.
      const place = networkOf(attempt.address);
      const comparison = { user: `${place} ${name}`, password, hash, place };
      if (checker.recalls(comparison)) return found;
      // A client that opens many connections sends the same password on each: one attempt, and one hash.
      const key = createHmac('sha256', secret)
        .update([name, attempt.address, attempt.device ?? '', hash, password].join('\0'))
        .digest('base64');
      const running = inProgress.get(key) ?? run(attempt, comparison, found);
      inProgress.set(key, running);
      return running.finally(() => inProgress.delete(key));
    },

    async checkCode({ user, ...source }, take) {
      const attempt = await toAttempt(`${user.name} code`, user, source);
      throttle.begin(attempt);
      const result = await take();
      if (result !== undefined) throttle.succeeded(attempt);
      return result;
    },
  };

  async function run(
    source: PasswordAttempt,
    comparison: Parameters<typeof checker.matches>[0],
    user: User | undefined,
  ): Promise<User | undefined> {
    const attempt = await toAttempt(source.name, user, source);
    throttle.begin(attempt);
    const isRight = await checker.matches(comparison);
    if (!isRight || !user) return undefined;
    throttle.succeeded(attempt);
    await afterLogin(source, user, attempt);
    return user;
  }

  async function toAttempt(
    account: string,
    user: User | undefined,
    source: LoginSource,
  ): Promise<LoginAttempt> {
    const now = clock.now();
    const { address, device } = source;
    // Asked for nobody too: the same work.
    const accountId = user?.id ?? 0;
    const knownSource = await findKnownSource(reads, { accountId, address, device, now });
    return { account, address, knownSource };
  }

  /** What is better done than not, but is no reason to refuse a login. */
  async function afterLogin(
    { address, password }: PasswordAttempt,
    user: User,
    { knownSource }: LoginAttempt,
  ): Promise<void> {
    const isImported = user.passwordHash !== undefined && isBcrypt(user.passwordHash);
    if (knownSource !== undefined && !isImported) return;
    try {
      const renewed = isImported ? await hashArgon2id(password) : undefined;
      await db.transaction(async (trx) => {
        await rememberSource(trx, { accountId: user.id, address, device: undefined, now: clock.now() });
        if (renewed === undefined || user.passwordHash === undefined) return;
        await trx
          .updateTable('user_profile')
          .set({ password_hash: renewed })
          .where('account_id', '=', user.id)
          .where('password_hash', '=', user.passwordHash)
          .execute();
      });
    } catch (error) {
      log.warn({ err: error, user: user.name }, 'a login could not be noted');
    }
  }
}

async function findImportedCost(reads: Kysely<IdentityTables>): Promise<number | undefined> {
  const row = await reads
    .selectFrom('user_profile')
    .select('password_hash')
    .where('password_hash', 'like', '$2%')
    .limit(1)
    .executeTakeFirst();
  const cost = Number(row?.password_hash?.slice(4, 6));
  return cost >= 4 && cost <= 15 ? cost : undefined;
}
