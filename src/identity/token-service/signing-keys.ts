import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../db/index.ts';
import type { Clock, Logger } from '../../kernel/index.ts';
import type { TokenServiceTables } from './tables.ts';

/** How long one key signs. */
const SIGNS_MS = 30 * 24 * 3_600_000;
/** How long a key verifies after another took over: longer than any token lives (`auth.accounts.tokenexpiry`). */
const VERIFIES_ON_MS = 2 * 3_600_000;
/** A key that another process made is looked for this often at most, whatever key ids strangers make up. */
const RELOAD_INTERVAL_MS = 1_000;
/** Far below `VERIFIES_ON_MS`. */
const RELOAD_SIGNING_MS = 60_000;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAt: number;
}

export interface SigningKeys {
  /** The key to sign with; makes a new one when this one has signed for 30 days. */
  getSigningKey(): Promise<SigningKey>;
  /** Undefined for a key that is not ours or is no longer. */
  findPublicKey(kid: string): Promise<KeyObject | undefined>;
  /** Public keys (RFC 7517), the one that signs first. */
  listPublicKeys(): Promise<readonly JWK[]>;
  /** Signs with a new key from now on. The old one verifies until the last of its tokens has expired. */
  rotateSigningKey(): Promise<void>;
}

type Row = Selectable<TokenServiceTables['signing_key']>;

/** The keys of our own tokens (ES256), kept in the database; the first is made at the first start. */
export async function openSigningKeys(options: {
  readonly db: Database<TokenServiceTables>;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<SigningKeys> {
  const { db, clock, log } = options;
  let keys: readonly SigningKey[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let rotating: Promise<void> | undefined;
  await load();
  if (keys.length === 0) await rotate();

  return {
    async getSigningKey() {
      // A key that another process retired must not go on signing here: it will soon verify nowhere.
      if (Math.abs(clock.now() - loadedAt) >= RELOAD_SIGNING_MS) await load();
      if (clock.now() - newest().createdAt >= SIGNS_MS) await rotateSigningKey();
      return newest();
    },
    async findPublicKey(kid) {
      const isNews = Math.abs(clock.now() - loadedAt) >= RELOAD_INTERVAL_MS;
      if (!keys.some((key) => key.kid === kid) && isNews) await load();
      return keys.find((key) => key.kid === kid)?.publicKey;
    },
    async listPublicKeys() {
      await load();
      return keys.map(({ kid, publicKey }) => ({
        ...(publicKey.export({ format: 'jwk' }) as JWK),
        kid,
        alg: 'ES256',
        use: 'sig',
      }));
    },
    rotateSigningKey,
  };

  function rotateSigningKey(): Promise<void> {
    rotating ??= rotate().finally(() => {
      rotating = undefined;
    });
    return rotating;
  }

  async function rotate(): Promise<void> {
    const before = keys[0]?.kid;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const kid = await kidOf(privateKey);
    const now = clock.now();
    const made = await db.transaction(async (trx) => {
      const [signing] = await selectKeys(trx, now);
      // Another process on this database was quicker.
      if (signing?.kid !== before) return undefined;
      await trx.updateTable('signing_key').set({ retired_at: now }).where('retired_at', 'is', null).execute();
      await trx
        .deleteFrom('signing_key')
        .where('retired_at', '<', now - VERIFIES_ON_MS)
        .execute();
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      await trx
        .insertInto('signing_key')
        .values({ kid, private_key: pem, created_at: now, retired_at: null })
        .execute();
      return kid;
    });
    await load();
    if (made !== undefined) log.info({ kid: made }, 'a new key signs registry tokens');
  }

  async function load(): Promise<void> {
    loadedAt = clock.now();
    const known = new Map(keys.map((key) => [key.kid, key]));
    const rows = await selectKeys(db.reads, loadedAt);
    keys = rows.map((row) => known.get(row.kid) ?? toSigningKey(row));
  }

  function newest(): SigningKey {
    const [signing] = keys;
    if (!signing) throw new Error('The database has no key that signs.');
    return signing;
  }
}

/** The one that signs first. */
function selectKeys(db: Kysely<TokenServiceTables>, now: number): Promise<Row[]> {
  return db
    .selectFrom('signing_key')
    .selectAll()
    .where((is) => is.or([is('retired_at', 'is', null), is('retired_at', '>=', now - VERIFIES_ON_MS)]))
    .orderBy((is) => is('retired_at', 'is not', null))
    .orderBy('created_at', 'desc')
    .execute();
}

function toSigningKey(row: Row): SigningKey {
  const privateKey = createPrivateKey(row.private_key);
  return { kid: row.kid, privateKey, publicKey: createPublicKey(privateKey), createdAt: row.created_at };
}

function kidOf(privateKey: KeyObject): Promise<string> {
  return calculateJwkThumbprint(createPublicKey(privateKey).export({ format: 'jwk' }) as JWK);
}
