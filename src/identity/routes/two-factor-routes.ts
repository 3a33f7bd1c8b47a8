import {
  beginTwoFactor,
  confirmTwoFactor,
  disableTwoFactor,
  getTwoFactor,
  renewRecoveryCodes,
  resetTwoFactor,
} from '../../api/index.ts';
import type { Call, RouteRecord } from '../../http/index.ts';
import { apiRoute, originOf, problem } from '../../rest/index.ts';
import type { User } from '../accounts/users.ts';
import type { IdentityContext } from '../identity-context.ts';
import { findCookieSecret } from '../sessions/session-cookie.ts';
import { endSessions } from '../sessions/sessions.ts';
import { totpUri } from '../two-factor/totp.ts';
import {
  beginTwoFactor as beginIn,
  confirmTwoFactor as confirmIn,
  countRecoveryCodes,
  removeTwoFactor,
  renewRecoveryCodes as renewIn,
  takeSecondFactor,
} from '../two-factor/two-factor.ts';
import { administer, assertSelf, getUserOf, manageAccount } from './api-words.ts';
import { assertPasswordOf } from './assert-password-of.ts';

export function twoFactorRoutes(context: IdentityContext): RouteRecord[] {
  const { db, clock, changes, audit, logins } = context;

  return [
    apiRoute(getTwoFactor, {
      access: manageAccount,
      async handle({ params }) {
        const { id, hasTwoFactor } = await getUserOf(db.reads, params.name);
        const left = hasTwoFactor ? await countRecoveryCodes(db.reads, id) : 0;
        return { body: { enabled: hasTwoFactor, recovery_codes_left: left } };
      },
    }),

    apiRoute(beginTwoFactor, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const user = await getSelf(call, params.name);
        await assertPasswordOf(context, { user, call, password: body.password });
        const secret = await changes.transaction((trx) => beginIn(trx, user.id));
        if (secret === undefined) throw problem('conflict', 'There is a second factor. Take it away first.');
        const { host } = new URL(call.origin());
        return { body: { secret, uri: totpUri({ secret, account: user.name, host }) } };
      },
    }),

    apiRoute(confirmTwoFactor, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const user = await getSelf(call, params.name);
        const codes = await logins.checkCode({ ...sourceOf(call), user }, () =>
          changes.transaction(async (trx) => {
            const { code } = body;
            const found = await confirmIn(trx, { accountId: user.id, code, now: clock.now() });
            if (!found) return undefined;
            // Whoever logged in with the password alone has to come again.
            const { credential } = call.actor ?? {};
            const except = credential?.kind === 'session' ? credential.id : undefined;
            await endSessions(trx, { accountId: user.id, except });
            await audit.record(trx, entryOf(call, { action: confirmTwoFactor.name, name: user.name }));
            return found;
          }),
        );
        if (!codes) throw wrongCode();
        return { body: { recovery_codes: [...codes] } };
      },
    }),

    apiRoute(renewRecoveryCodes, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const user = await getSelf(call, params.name);
        await assertPasswordOf(context, { user, call, password: body.password });
        const codes = await withCode(
          call,
          { user, code: body.code, action: renewRecoveryCodes.name },
          (trx) => renewIn(trx, user.id),
        );
        return { body: { recovery_codes: [...codes] } };
      },
    }),

    apiRoute(disableTwoFactor, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const user = await getSelf(call, params.name);
        await assertPasswordOf(context, { user, call, password: body.password });
        await withCode(call, { user, code: body.code, action: disableTwoFactor.name }, async (trx) => {
          await removeTwoFactor(trx, user.id);
          return true;
        });
        return {};
      },
    }),

    apiRoute(resetTwoFactor, {
      access: () => administer,
      async handle({ params, call }) {
        await changes.transaction(async (trx) => {
          const user = await getUserOf(trx, params.name);
          await removeTwoFactor(trx, user.id);
          await audit.record(trx, entryOf(call, { action: resetTwoFactor.name, name: user.name }));
        });
        return {};
      },
    }),
  ];

  async function getSelf(call: Call, name: string): Promise<User> {
    const user = await getUserOf(db.reads, name);
    assertSelf(call, user);
    return user;
  }

  /** Takes the code and does `work` in one transaction. */
  async function withCode<Result>(
    call: Call,
    { user, code, action }: { user: User; code: string; action: string },
    work: (trx: Parameters<Parameters<typeof changes.transaction>[0]>[0]) => Promise<Result>,
  ): Promise<Result> {
    const done = await logins.checkCode({ ...sourceOf(call), user }, () =>
      changes.transaction(async (trx) => {
        if (!(await takeSecondFactor(trx, { accountId: user.id, code, now: clock.now() }))) return undefined;
        await audit.record(trx, entryOf(call, { action, name: user.name }));
        return { result: await work(trx) };
      }),
    );
    if (!done) throw wrongCode();
    return done.result;
  }
}

function sourceOf(call: Call) {
  const device = findCookieSecret({ cookies: call.header('cookie'), origin: call.origin(), kind: 'dev' });
  return { address: call.remoteAddress, device };
}

function entryOf(call: Call, { action, name }: { action: string; name: string }) {
  return { action, origin: originOf(call), resource: { type: 'account', name, namespace: name } };
}

function wrongCode() {
  return problem('forbidden', 'The code is wrong or was used. Wait for the next one.');
}
