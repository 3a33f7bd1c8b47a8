import { randomUUID } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import { type Clock, printable } from '../../kernel/index.ts';
import { createFreshCache } from '../fresh-cache.ts';
import { hashSecret, isSecret, mintSecret } from '../secret.ts';
import type { Holder } from './ports.ts';
import type { TokenServiceTables } from './tables.ts';

/** Since the last use: docker has no way to log in again by itself (clients.md 3.4). */
const LIFETIME_MS = 90 * 24 * 3_600_000;
/** A use is noted this often at most: it is a write, and builds ask for tokens all the time. */
const NOTE_INTERVAL_MS = 10 * 60_000;
/** A robot on many machines has many; beyond, the one used longest ago goes. */
const MAX_PER_ACCOUNT = 1_000;
const MAX_CLIENT_LENGTH = 100;

/** Of a device that is logged in: to show, and to revoke. */
export interface RefreshToken {
  /** UUID. */
  readonly id: string;
  /** What the client called itself: `docker`, `containers/image`. Its own word. */
  readonly clientId: string | undefined;
  readonly createdAt: number;
  readonly createdFrom: string;
  readonly lastUsedAt: number;
  readonly lastUsedFrom: string;
  readonly expiresAt: number;
}

export interface RefreshTokens {
  /** The secret, for the device alone. Undefined for who has no account: there would be nothing to look at later. */
  create(
    holder: Holder,
    device: { readonly clientId: string | undefined; readonly address: string },
  ): Promise<string | undefined>;
  /** Whose it is; undefined when it is not one, was revoked, or was not used for 90 days. Not used up by it. */
  use(
    secret: string,
    from: { readonly address: string },
  ): Promise<{ readonly id: string; readonly holder: Holder } | undefined>;
  /** Whether it still is one: asked at each request with a token that came of it. */
  isLive(id: string): Promise<boolean>;
  /** Another number after each change. */
  version(): number;
  /** Those of an account, the one used last first. */
  list(accountId: number): Promise<readonly RefreshToken[]>;
  /**
   * Logs a device of an account out, or all of them: what came of them is refused from now on. Answers how many there
   * were. `record` is called in the same transaction unless there were none.
   */
  revoke(
    tokens: { readonly accountId: number; readonly id: string | undefined },
    record?: (trx: Transaction<TokenServiceTables>, ended: number) => Promise<void>,
  ): Promise<number>;
}

type Row = Selectable<TokenServiceTables['refresh_token']>;

export function createRefreshTokens(options: {
  readonly db: Database<TokenServiceTables>;
  readonly clock: Clock;
}): RefreshTokens {
  const { db, clock } = options;
  let version = 0;
  const findLive = createFreshCache<string, Row>({
    clock,
    changes: { version: () => version },
    read: (id) => db.reads.selectFrom('refresh_token').selectAll().where('id', '=', id).executeTakeFirst(),
  });

  async function change<Result>(
    work: (trx: Transaction<TokenServiceTables>) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await db.transaction(work);
    } finally {
      version += 1;
    }
  }

  return {
    version: () => version,

    async create({ accountId, credential, authenticatedAt }, { clientId, address }) {
      if (accountId === undefined) return undefined;
      const now = clock.now();
      const secret = mintSecret('rfr');
      await change(async (trx) => {
        await makeRoom(trx, { accountId, now });
        await trx
          .insertInto('refresh_token')
          .values({
            id: randomUUID(),
            secret_hash: secret.hash,
            account_id: accountId,
            credential_kind: credential.kind,
            credential_id: credential.id ?? null,
            authenticated_at: authenticatedAt,
            client_id: clientId === undefined ? null : printable(clientId).slice(0, MAX_CLIENT_LENGTH),
            created_at: now,
            created_from: address,
            last_used_at: now,
            last_used_from: address,
            expires_at: now + LIFETIME_MS,
          })
          .execute();
      });
      return secret.text;
    },

    async use(secret, { address }) {
      if (!isSecret(secret, 'rfr')) return undefined;
      const row = await db.reads
        .selectFrom('refresh_token')
        .selectAll()
        .where('secret_hash', '=', hashSecret(secret))
        .executeTakeFirst();
      const now = clock.now();
      if (!row || now >= row.expires_at) return undefined;
      if (now - row.last_used_at >= NOTE_INTERVAL_MS) {
        await db.transaction((trx) =>
          trx
            .updateTable('refresh_token')
            .set({ last_used_at: now, last_used_from: address, expires_at: now + LIFETIME_MS })
            .where('id', '=', row.id)
            .execute(),
        );
      }
      return { id: row.id, holder: toHolder(row) };
    },

    isLive: async (id) => (await findLive(id)) !== undefined,

    async list(accountId) {
      const rows = await db.reads
        .selectFrom('refresh_token')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('expires_at', '>', clock.now())
        .orderBy('last_used_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(toRefreshToken);
    },

    revoke: ({ accountId, id }, record) =>
      change(async (trx) => {
        const gone = await trx
          .deleteFrom('refresh_token')
          .where('account_id', '=', accountId)
          .$if(id !== undefined, (some) => some.where('id', '=', id ?? ''))
          .returning('id')
          .execute();
        if (gone.length > 0) await record?.(trx, gone.length);
        return gone.length;
      }),
  };
}

async function makeRoom(
  trx: Transaction<TokenServiceTables>,
  { accountId, now }: { accountId: number; now: number },
): Promise<void> {
  await trx.deleteFrom('refresh_token').where('expires_at', '<=', now).execute();
  const tooMany = trx
    .selectFrom('refresh_token')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('last_used_at', 'desc')
    .limit(-1)
    .offset(MAX_PER_ACCOUNT - 1);
  await trx.deleteFrom('refresh_token').where('id', 'in', tooMany).execute();
}

function toHolder(row: Row): Holder {
  return {
    accountId: row.account_id,
    workload: undefined,
    credential: { kind: row.credential_kind, id: row.credential_id ?? undefined },
    authenticatedAt: row.authenticated_at,
  };
}

function toRefreshToken(row: Row): RefreshToken {
  return {
    id: row.id,
    clientId: row.client_id ?? undefined,
    createdAt: row.created_at,
    createdFrom: row.created_from,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
    expiresAt: row.expires_at,
  };
}
