import type { Kysely } from 'kysely';
import type { Actor } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Changes } from '../changes.ts';
import { createFreshCache } from '../fresh-cache.ts';
import { hashSecret } from '../secret.ts';
import { findCookieSecret } from '../sessions/session-cookie.ts';
import { csrfTokenOf, SESSION_IDLE_MS } from '../sessions/sessions.ts';
import type { IdentityTables } from '../tables.ts';
import type { Usage } from '../usage.ts';

/** From the `Cookie` header. `csrfToken` is what the page must send back with whatever changes something. */
export type SessionVerifier = (
  cookies: string,
  request: { origin(): string },
) => Promise<{ readonly actor: Actor; readonly csrfToken: string } | undefined>;

export function createSessionVerifier(options: {
  readonly reads: Kysely<IdentityTables>;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly usage: Usage;
}): SessionVerifier {
  const { reads, clock, changes, usage } = options;
  const find = createFreshCache({ clock, changes, read: (hash: string) => readSession(reads, hash) });

  return async (cookies, request) => {
    const secret = findCookieSecret({ cookies, origin: request.origin(), kind: 'ses' });
    if (secret === undefined) return undefined;
    const session = await find(hashSecret(secret));
    const now = clock.now();
    if (!session || now >= session.expires_at) return undefined;
    // As the database has it, some seconds old: a session that is in use does not end by it.
    if (now - session.last_seen_at >= SESSION_IDLE_MS) return undefined;
    usage.noteSession(session.id);
    usage.noteAccount(session.account_id);
    const actor: Actor = {
      kind: 'user',
      name: session.name,
      accountId: session.account_id,
      isAdministrator: session.is_administrator === 1,
      credential: { kind: 'session', id: session.id, scope: undefined },
    };
    return { actor, csrfToken: csrfTokenOf(secret) };
  };
}

function readSession(reads: Kysely<IdentityTables>, hash: string) {
  return reads
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .innerJoin('user_profile', 'user_profile.account_id', 'account.id')
    .select([
      'session.id',
      'session.expires_at',
      'session.last_seen_at',
      'account.id as account_id',
      'account.name',
      'user_profile.is_administrator',
    ])
    .where('session.secret_hash', '=', hash)
    .where('account.disabled_at', 'is', null)
    .executeTakeFirst();
}
