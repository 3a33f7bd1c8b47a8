import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { TokenScope } from '../../http/index.ts';
import { IdentityError } from '../identity-error.ts';
import { mintSecret } from '../secret.ts';
import type { IdentityTables } from '../tables.ts';

export interface AccessToken {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scope: TokenScope;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly lastUsedAt: number | undefined;
  readonly lastUsedFrom: string | undefined;
}

/** Bounds what one account can fill the table with. */
const MAX_TOKENS = 1_000;

/** Within the caller's transaction. `secret` is shown once and kept nowhere. Throws `IdentityError`: token-name-taken, too-many-tokens. */
export async function createAccessToken(
  trx: Kysely<IdentityTables>,
  token: {
    readonly accountId: number;
    readonly kind: 'pat' | 'rob';
    readonly name: string;
    readonly scope: TokenScope;
    readonly expiresAt: number | undefined;
    readonly createdBy: number | undefined;
    readonly now: number;
  },
): Promise<{ readonly token: AccessToken; readonly secret: string }> {
  const { accountId, name, scope, now } = token;
  const existing = await trx
    .selectFrom('access_token')
    .select('name')
    .where('account_id', '=', accountId)
    .execute();
  if (existing.some((other) => other.name === name)) {
    throw new IdentityError(
      'token-name-taken',
      'There is a token of this name. Delete it or choose another name.',
    );
  }
  if (existing.length >= MAX_TOKENS) {
    throw new IdentityError('too-many-tokens', `There are ${MAX_TOKENS} tokens already. Delete some first.`);
  }
  const secret = mintSecret(token.kind);
  const row = await trx
    .insertInto('access_token')
    .values({
      id: randomUUID(),
      account_id: accountId,
      name,
      secret_hash: secret.hash,
      hint: secret.hint,
      actions: JSON.stringify(scope.actions),
      repositories: JSON.stringify(scope.repositories),
      created_at: now,
      created_by: token.createdBy ?? null,
      expires_at: token.expiresAt ?? null,
      last_used_at: null,
      last_used_from: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { token: toAccessToken(row), secret: secret.text };
}

/** All of an account, the newest first. */
export async function listAccessTokens(
  db: Kysely<IdentityTables>,
  accountId: number,
): Promise<readonly AccessToken[]> {
  const rows = await db
    .selectFrom('access_token')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toAccessToken);
}

/** Answers the token that was there: it is worth nothing from the commit on. */
export async function deleteAccessToken(
  trx: Kysely<IdentityTables>,
  token: { readonly accountId: number; readonly id: string },
): Promise<AccessToken | undefined> {
  const row = await trx
    .deleteFrom('access_token')
    .where('account_id', '=', token.accountId)
    .where('id', '=', token.id)
    .returningAll()
    .executeTakeFirst();
  return row && toAccessToken(row);
}

function toAccessToken(row: Selectable<IdentityTables['access_token']>): AccessToken {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scope: toScope(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    lastUsedFrom: row.last_used_from ?? undefined,
  };
}

export function toScope(row: { readonly actions: string; readonly repositories: string }): TokenScope {
  return { actions: JSON.parse(row.actions), repositories: JSON.parse(row.repositories) };
}
