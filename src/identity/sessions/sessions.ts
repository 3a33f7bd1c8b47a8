import { createHash, randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { mintSecret } from '../secret.ts';
import type { IdentityTables } from '../tables.ts';

export const SESSION_MAX_AGE_MS = 30 * 24 * 60 * 60_000;
/** Unused for so long it ends. */
export const SESSION_IDLE_MS = 7 * 24 * 60 * 60_000;
/** Of one account; the one that was used least recently makes way. */
const MAX_SESSIONS = 100;
const MAX_USER_AGENT_LENGTH = 256;

export interface Session {
  /** UUID. */
  readonly id: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** Within the caller's transaction. Always a new secret: one that was there before the login may be known to others. */
export async function startSession(
  trx: Kysely<IdentityTables>,
  session: {
    readonly accountId: number;
    readonly address: string;
    readonly userAgent: string | undefined;
    readonly now: number;
  },
): Promise<{ readonly id: string; readonly secret: string }> {
  const { accountId, address, userAgent, now } = session;
  await trx
    .deleteFrom('session')
    .where((is) => is.or([is('expires_at', '<=', now), is('last_seen_at', '<=', now - SESSION_IDLE_MS)]))
    .execute();
  const surplus = trx
    .selectFrom('session')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('last_seen_at', 'desc')
    .limit(MAX_SESSIONS)
    .offset(MAX_SESSIONS - 1);
  await trx.deleteFrom('session').where('id', 'in', surplus).execute();
  const { text, hash } = mintSecret('ses');
  const id = randomUUID();
  await trx
    .insertInto('session')
    .values({
      id,
      account_id: accountId,
      secret_hash: hash,
      created_at: now,
      expires_at: now + SESSION_MAX_AGE_MS,
      last_seen_at: now,
      address,
      user_agent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
    })
    .execute();
  return { id, secret: text };
}

/** Those that are good, the one used last first. */
export async function listSessions(
  db: Kysely<IdentityTables>,
  options: { readonly accountId: number; readonly now: number },
): Promise<readonly Session[]> {
  const { accountId, now } = options;
  const rows = await db
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', now - SESSION_IDLE_MS)
    .orderBy('last_seen_at', 'desc')
    .execute();
  return rows.map(toSession);
}

/** Answers how many there were. `id` undefined: all of them, but `except`. */
export async function endSessions(
  trx: Kysely<IdentityTables>,
  sessions: {
    readonly accountId: number;
    readonly id?: string | undefined;
    readonly except?: string | undefined;
  },
): Promise<number> {
  const { accountId, id, except } = sessions;
  let query = trx.deleteFrom('session').where('account_id', '=', accountId);
  if (id !== undefined) query = query.where('id', '=', id);
  if (except !== undefined) query = query.where('id', '!=', except);
  const { numDeletedRows } = await query.executeTakeFirst();
  return Number(numDeletedRows);
}

/** What a page sends back in `X-CSRF-Token`. Made of the cookie's secret, which no other site can read. */
export function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf ${secret}`).digest('base64url');
}

function toSession(row: Selectable<IdentityTables['session']>): Session {
  return {
    id: row.id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    address: row.address,
    userAgent: row.user_agent ?? undefined,
  };
}
