import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { accessTokenSchema, newAccessTokenSchema } from '../../api/index.ts';
import type { Actor, TokenScope } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import type { AccessToken } from '../access-tokens/access-tokens.ts';
import type { IdentityTables } from '../tables.ts';
import { toTime } from './api-words.ts';

export function showToken(token: AccessToken): z.input<typeof accessTokenSchema> {
  const { id, name, hint, scope, createdAt, expiresAt, lastUsedAt, lastUsedFrom } = token;
  return {
    id,
    name,
    hint,
    actions: [...scope.actions],
    repositories: [...scope.repositories],
    created_at: toTime(createdAt),
    ...(expiresAt !== undefined && { expires_at: toTime(expiresAt) }),
    ...(lastUsedAt !== undefined && { last_used_at: toTime(lastUsedAt) }),
    ...(lastUsedFrom !== undefined && { last_used_from: lastUsedFrom }),
  };
}

/** What was asked for, checked. Throws `Problem` invalid-request for an expiry in the past. */
export function toNewToken(body: z.output<typeof newAccessTokenSchema>, now: number) {
  const expiresAt = body.expires_at === undefined ? undefined : Date.parse(body.expires_at);
  if (expiresAt !== undefined && expiresAt <= now) {
    const message = 'must be in the future';
    throw problem('invalid-request', `expires_at ${message}.`, {
      fields: [{ pointer: '/expires_at', message }],
    });
  }
  const actions = [...new Set(body.actions)];
  return { name: body.name, scope: { actions, repositories: [...new Set(body.repositories)] }, expiresAt };
}

/**
 * A token must not be a way to a token that may do more or lives longer. Throws `Problem` forbidden. Within the
 * transaction that makes the new one, so that a token that was just revoked makes none.
 */
export async function assertNoMoreThan(
  trx: Kysely<IdentityTables>,
  options: {
    readonly actor: Actor | undefined;
    readonly scope: TokenScope;
    readonly expiresAt: number | undefined;
  },
): Promise<void> {
  const { actor, scope, expiresAt } = options;
  const own = actor?.credential.scope;
  if (actor?.credential.kind !== 'token' || !own) return;
  const parent = await trx
    .selectFrom('access_token')
    .select('expires_at')
    .where('id', '=', actor.credential.id ?? '')
    .executeTakeFirst();
  const isNarrower =
    scope.actions.every((action) => own.actions.includes(action)) &&
    scope.repositories.every((pattern) => own.repositories.some((wider) => covers(wider, pattern)));
  const isShorter =
    parent?.expires_at === null || (expiresAt ?? Number.POSITIVE_INFINITY) <= (parent?.expires_at ?? 0);
  if (parent && isNarrower && isShorter) return;
  throw problem(
    'forbidden',
    'The new token would do more, or live longer, than the token that was sent. Ask for less, or log in with the password.',
  );
}

/** For sure: what only might be covered is not. */
function covers(wider: string, pattern: string): boolean {
  if (wider === '**' || wider === pattern) return true;
  if (!wider.endsWith('/**')) return false;
  const prefix = wider.slice(0, -2);
  return !prefix.includes('*') && pattern.startsWith(prefix);
}
