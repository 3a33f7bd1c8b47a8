import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { IdentityTables } from '../tables.ts';
import { createTotpSecret, findTotpStep } from './totp.ts';

const RECOVERY_CODES = 10;

/** Makes a secret that counts once `confirmTwoFactor` saw a code of it. Answers it; undefined when one is in force. */
export async function beginTwoFactor(
  trx: Kysely<IdentityTables>,
  accountId: number,
): Promise<string | undefined> {
  const current = await findTotp(trx, accountId);
  if (current && current.confirmed_at !== null) return undefined;
  const secret = createTotpSecret();
  await removeTwoFactor(trx, accountId);
  await trx
    .insertInto('totp')
    .values({ account_id: accountId, secret, confirmed_at: null, last_step: null })
    .execute();
  return secret;
}

/** Answers the recovery codes, once; undefined when the code is wrong or nothing was begun. */
export async function confirmTwoFactor(
  trx: Kysely<IdentityTables>,
  options: { readonly accountId: number; readonly code: string; readonly now: number },
): Promise<readonly string[] | undefined> {
  const { accountId, code, now } = options;
  const totp = await findTotp(trx, accountId);
  if (!totp || totp.confirmed_at !== null) return undefined;
  const step = findTotpStep({ secret: totp.secret, code, now });
  if (step === undefined) return undefined;
  await trx
    .updateTable('totp')
    .set({ confirmed_at: now, last_step: step })
    .where('account_id', '=', accountId)
    .execute();
  return renewRecoveryCodes(trx, accountId);
}

/** Takes a code of the authenticator or a recovery code, each of them once. */
export async function takeSecondFactor(
  trx: Kysely<IdentityTables>,
  options: { readonly accountId: number; readonly code: string; readonly now: number },
): Promise<boolean> {
  const { accountId, code, now } = options;
  const totp = await findTotp(trx, accountId);
  if (!totp || totp.confirmed_at === null) return false;
  if (!/^\d{6}$/.test(code)) {
    const { numDeletedRows } = await trx
      .deleteFrom('recovery_code')
      .where('account_id', '=', accountId)
      .where('code_hash', '=', hashRecoveryCode(code))
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
  const step = findTotpStep({ secret: totp.secret, code, now });
  // RFC 6238 §5.2: a code that was taken is not taken again.
  if (step === undefined || step <= (totp.last_step ?? -1)) return false;
  await trx.updateTable('totp').set({ last_step: step }).where('account_id', '=', accountId).execute();
  return true;
}

/** Answers new ones; the old ones are worth nothing any more. */
export async function renewRecoveryCodes(
  trx: Kysely<IdentityTables>,
  accountId: number,
): Promise<readonly string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, createRecoveryCode);
  await trx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute();
  await trx
    .insertInto('recovery_code')
    .values(codes.map((code) => ({ account_id: accountId, code_hash: hashRecoveryCode(code) })))
    .execute();
  return codes;
}

export async function removeTwoFactor(trx: Kysely<IdentityTables>, accountId: number): Promise<void> {
  await trx.deleteFrom('totp').where('account_id', '=', accountId).execute();
  await trx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute();
}

export async function countRecoveryCodes(db: Kysely<IdentityTables>, accountId: number): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_code')
    .where('account_id', '=', accountId)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

function findTotp(db: Kysely<IdentityTables>, accountId: number) {
  return db.selectFrom('totp').selectAll().where('account_id', '=', accountId).executeTakeFirst();
}

/** 80 random bits: cannot be guessed, so that a plain hash keeps it. */
function createRecoveryCode(): string {
  const hex = randomBytes(10).toString('hex');
  return (hex.match(/.{5}/g) ?? []).join('-');
}

/** However it was typed. */
function hashRecoveryCode(code: string): string {
  return createHash('sha256')
    .update(code.toLowerCase().replace(/[^0-9a-f]/g, ''))
    .digest('hex');
}
