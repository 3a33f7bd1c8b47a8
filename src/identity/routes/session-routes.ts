import { endAllSessions, endSession, listSessions, logIn, logOut } from '../../api/index.ts';
import { type Call, Problem, type RouteRecord } from '../../http/index.ts';
import { apiRoute, originOf, pageOfItems, problem } from '../../rest/index.ts';
import { findUser, type User } from '../accounts/users.ts';
import type { IdentityContext } from '../identity-context.ts';
import { getCookieTransport, openSession } from '../sessions/open-session.ts';
import { cookieTransport, findCookieSecret, sessionCookie } from '../sessions/session-cookie.ts';
import { endSessions, listSessions as listSessionsOf } from '../sessions/sessions.ts';
import { takeSecondFactor } from '../two-factor/two-factor.ts';
import { getUserOf, manageAccount, toTime } from './api-words.ts';

export function sessionRoutes(context: IdentityContext): RouteRecord[] {
  const { db, clock, changes, audit, logins } = context;

  return [
    apiRoute(logIn, {
      access: () => 'public',
      async handle({ body, call }) {
        assertSameSite(call);
        getCookieTransport(call);
        const device = findCookieSecret({
          cookies: call.header('cookie'),
          origin: call.origin(),
          kind: 'dev',
        });
        const source = { address: call.remoteAddress, device };
        const user = await logins.check({ ...source, name: body.name, password: body.password });
        if (!user) throw await refused(call, body.name, 'password');
        if (user.hasTwoFactor) await assertSecondFactor({ user, call, source, code: body.code });
        const opened = await openSession(context, { accountId: user.id, call });
        await db.transaction((trx) =>
          audit.record(trx, {
            action: logIn.name,
            origin: asUser(call, user, opened.id),
            resource: { type: 'account', name: user.name, namespace: user.name },
          }),
        );
        return {
          body: { name: user.name, csrf_token: opened.csrfToken, expires_at: toTime(opened.expiresAt) },
          headers: { 'Set-Cookie': opened.cookies },
        };
      },
    }),

    apiRoute(logOut, {
      access: () => 'authenticated',
      async handle({ call }) {
        const { accountId, credential } = call.actor ?? {};
        if (accountId !== undefined && credential?.kind === 'session' && credential.id !== undefined) {
          const { id } = credential;
          await changes.transaction((trx) => endSessions(trx, { accountId, id }));
        }
        const transport = cookieTransport(call.origin());
        if (!transport) return {};
        return {
          headers: { 'Set-Cookie': sessionCookie({ transport, kind: 'ses', secret: '', maxAgeSeconds: 0 }) },
        };
      },
    }),

    apiRoute(listSessions, {
      access: manageAccount,
      async handle({ params, query, call }) {
        const { id: accountId } = await getUserOf(db.reads, params.name);
        const found = await listSessionsOf(db.reads, { accountId, now: clock.now() });
        const sessions = found.map(({ id, createdAt, lastSeenAt, expiresAt, address, userAgent }) => ({
          id,
          created_at: toTime(createdAt),
          last_seen_at: toTime(lastSeenAt),
          expires_at: toTime(expiresAt),
          address,
          ...(userAgent !== undefined && { user_agent: userAgent }),
          current: call.actor?.credential.id === id,
        }));
        return { body: pageOfItems(sessions, query, ({ id }) => id) };
      },
    }),

    apiRoute(endSession, {
      access: manageAccount,
      async handle({ params, call }) {
        await end(call, { name: params.name, id: params.id, action: endSession.name });
        return {};
      },
    }),

    apiRoute(endAllSessions, {
      access: manageAccount,
      async handle({ params, call }) {
        await end(call, { name: params.name, id: undefined, action: endAllSessions.name });
        await context.endDevices((await getUserOf(db.reads, params.name)).id);
        return {};
      },
    }),
  ];

  async function end(
    call: Call,
    { name, id, action }: { name: string; id: string | undefined; action: string },
  ): Promise<void> {
    await changes.transaction(async (trx) => {
      const user = await getUserOf(trx, name);
      const ended = await endSessions(trx, { accountId: user.id, id });
      if (id !== undefined && ended === 0) throw problem('not-found', 'There is no such session.');
      const resource = { type: 'account', name, namespace: name };
      await audit.record(trx, {
        action,
        origin: originOf(call),
        resource,
        before: { sessions: id ?? ended },
      });
    });
  }

  async function assertSecondFactor(options: {
    user: User;
    call: Call;
    source: { address: string; device: string | undefined };
    code: string | undefined;
  }): Promise<void> {
    const { user, call, source, code } = options;
    if (code === undefined) {
      throw new Problem(
        'second-factor-required',
        'Send the code that your authenticator shows, or a recovery code, as code.',
        { status: 401 },
      );
    }
    const take = () =>
      changes.transaction(async (trx) => {
        const isRight = await takeSecondFactor(trx, { accountId: user.id, code, now: clock.now() });
        return isRight || undefined;
      });
    if (!(await logins.checkCode({ ...source, user }, take))) throw await refused(call, user.name, 'code');
  }

  async function refused(call: Call, name: string, what: 'password' | 'code') {
    // What was sent as a name may be a password, unless there is such a user.
    const user = await findUser(db.reads, name);
    const resource = { type: 'account', name: user?.name ?? '', namespace: user?.name };
    audit.refused({ action: logIn.name, origin: originOf(call), resource, reason: `wrong ${what}` });
    return problem(
      'unauthorized',
      what === 'code' ? 'The code is wrong or was used.' : 'The user name or the password is wrong.',
    );
  }
}

/**
 * Another site must not log its visitors in as somebody it knows (login CSRF). Browsers say where a request comes from;
 * what does not say is no browser, and has no visitors.
 */
function assertSameSite(call: Call): void {
  const site = call.header('sec-fetch-site');
  const origin = call.header('origin');
  const isOurs = site === undefined || site === 'same-origin' || site === 'none';
  if (isOurs && (origin === undefined || origin === call.origin())) return;
  throw new Problem('csrf', 'Log in from a page of this registry.', { status: 403 });
}

function asUser(call: Call, { id, name, isAdministrator }: User, session: string) {
  const credential = { kind: 'session', id: session, scope: undefined } as const;
  const { remoteAddress, requestId } = call;
  const actor = { kind: 'user', name, accountId: id, isAdministrator, credential } as const;
  return originOf({ remoteAddress, requestId, actor });
}
