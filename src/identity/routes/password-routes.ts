import { createPasswordLink, resetPassword, setPassword, setUp } from '../../api/index.ts';
import type { RouteRecord } from '../../http/index.ts';
import { apiRoute, originOf, problem } from '../../rest/index.ts';
import { createUser } from '../accounts/create-user.ts';
import { setPasswordHash } from '../accounts/set-password-hash.ts';
import { countAdministrators, findUserById } from '../accounts/users.ts';
import type { IdentityContext } from '../identity-context.ts';
import { findOneTimeLink, takeOneTimeLink } from '../one-time-links.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import { administer, assertSelf, getUserOf, inApiWords, manageAccount } from './api-words.ts';
import { assertPasswordOf } from './assert-password-of.ts';
import { createPasswordLinkIn } from './password-link.ts';
import { showUser } from './show-user.ts';

const RESET_MS = 24 * 60 * 60_000;

export function passwordRoutes(context: IdentityContext): RouteRecord[] {
  const { db, clock, changes, audit, isReservedName } = context;

  return [
    apiRoute(setPassword, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const user = await getUserOf(db.reads, params.name);
        assertSelf(call, user);
        await assertPasswordOf(context, { user, call, password: body.current_password });
        const names = [user.name, user.email, user.displayName];
        const passwordHash = await inApiWords(() => hashNewPassword(body.new_password, names));
        const { kind, id } = call.actor?.credential ?? {};
        const exceptSession = kind === 'session' ? id : undefined;
        await changes.transaction(async (trx) => {
          await setPasswordHash(trx, { accountId: user.id, passwordHash, now: clock.now(), exceptSession });
          const resource = { type: 'account', name: user.name, namespace: user.name };
          await audit.record(trx, { action: setPassword.name, origin: originOf(call), resource });
        });
        return {};
      },
    }),

    apiRoute(createPasswordLink, {
      access: () => administer,
      async handle({ params, call }) {
        const now = clock.now();
        return changes.transaction(async (trx) => {
          const { id: accountId, name } = await getUserOf(trx, params.name);
          const link = await createPasswordLinkIn(trx, { accountId, now, lastsMs: RESET_MS });
          const resource = { type: 'account', name, namespace: name };
          await audit.record(trx, { action: createPasswordLink.name, origin: originOf(call), resource });
          return { body: link };
        });
      },
    }),

    apiRoute(resetPassword, {
      access: () => 'public',
      async handle({ body, call }) {
        const wanted = { secret: body.secret, purpose: 'password', now: clock.now() } as const;
        const link = await findOneTimeLink(db.reads, wanted);
        const user = link?.accountId === undefined ? undefined : await findUserById(db.reads, link.accountId);
        if (!user) throw worthless();
        // Before it is used up: a password that is refused must not cost the link.
        const names = [user.name, user.email, user.displayName];
        const passwordHash = await inApiWords(() => hashNewPassword(body.password, names));
        await changes.transaction(async (trx) => {
          if (!(await takeOneTimeLink(trx, wanted))) throw worthless();
          await setPasswordHash(trx, { accountId: user.id, passwordHash, now: clock.now() });
          const resource = { type: 'account', name: user.name, namespace: user.name };
          await audit.record(trx, { action: resetPassword.name, origin: originOf(call), resource });
        });
        return {};
      },
    }),

    apiRoute(setUp, {
      access: () => 'public',
      async handle({ body, call }) {
        const { name, email, secret } = body;
        const wanted = { secret, purpose: 'setup', now: clock.now() } as const;
        if (!(await findOneTimeLink(db.reads, wanted))) throw worthless();
        if (isReservedName(name))
          throw problem('conflict', `The name ${name} is reserved. Choose another one.`);
        return inApiWords(async () => {
          const passwordHash = await hashNewPassword(body.password, [name, email]);
          return changes.transaction(async (trx) => {
            if (!(await takeOneTimeLink(trx, wanted))) throw worthless();
            if ((await countAdministrators(trx)) > 0) throw worthless();
            const now = clock.now();
            await createUser(trx, { name, now, email, passwordHash, isAdministrator: true });
            const shown = showUser(await getUserOf(trx, name));
            const resource = { type: 'account', name, namespace: name };
            await audit.record(trx, { action: setUp.name, origin: originOf(call), resource, after: shown });
            return { body: shown };
          });
        });
      },
    }),
  ];
}

function worthless() {
  return problem('not-found', 'The link was used, is too old, or never was one. Ask for a new one.');
}
