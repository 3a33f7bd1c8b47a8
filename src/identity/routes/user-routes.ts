import type { Kysely } from 'kysely';
import { z } from 'zod';
import { createUser, deleteUser, getMe, getUser, listUsers, updateUser } from '../../api/index.ts';
import type { RouteRecord } from '../../http/index.ts';
import {
  apiRoute,
  assertIfMatch,
  decodeCursor,
  encodeCursor,
  etagOf,
  originOf,
  problem,
} from '../../rest/index.ts';
import { changeUser } from '../accounts/change-user.ts';
import { createUser as createUserIn } from '../accounts/create-user.ts';
import { deleteAccount } from '../accounts/delete-account.ts';
import { countAdministrators, listUsers as listUsersOf, type User } from '../accounts/users.ts';
import type { IdentityContext } from '../identity-context.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import { findCookieSecret } from '../sessions/session-cookie.ts';
import { csrfTokenOf } from '../sessions/sessions.ts';
import type { IdentityTables } from '../tables.ts';
import { administer, getUserOf, inApiWords, manageAccount } from './api-words.ts';
import { createPasswordLinkIn } from './password-link.ts';
import { showUser } from './show-user.ts';

const INVITATION_MS = 7 * 24 * 60 * 60_000;

export function userRoutes(context: IdentityContext): RouteRecord[] {
  const { db, clock, changes, audit, isReservedName, assertUnclaimed, onAccountDeleted, onUserDisabled } =
    context;

  /** What shows it: nothing that changes by itself, such as when it was last seen. */
  const versionOf = ({ lastSeenAt: _, ...user }: User) => etagOf({ ...user, passwordHash: null });

  return [
    apiRoute(getMe, {
      access: () => 'authenticated',
      async handle({ call }) {
        const { actor } = call;
        if (!actor) throw problem('not-found', 'Nobody has to log in here, and so you are nobody.');
        const { kind, name, isAdministrator, credential } = actor;
        const cookies = call.header('cookie');
        const secret = findCookieSecret({ cookies, origin: call.origin(), kind: 'ses' });
        const isSession = credential.kind === 'session' && secret !== undefined;
        return {
          body: {
            name,
            kind,
            is_administrator: isAdministrator,
            credential: credential.kind,
            ...(credential.scope && {
              scope: {
                actions: [...credential.scope.actions],
                repositories: [...credential.scope.repositories],
              },
            }),
            ...(isSession && { csrf_token: csrfTokenOf(secret) }),
          },
        };
      },
    }),

    apiRoute(listUsers, {
      access: () => administer,
      async handle({ query }) {
        const after = decodeCursor(z.string(), query.cursor);
        const users = await listUsersOf(db.reads, { prefix: query.search, after, limit: query.limit + 1 });
        const items = users.slice(0, query.limit);
        const last = users.length > items.length ? items.at(-1) : undefined;
        return { body: { items: items.map(showUser), ...(last && { next: encodeCursor(last.name) }) } };
      },
    }),

    apiRoute(createUser, {
      access: () => administer,
      async handle({ body, call }) {
        const { name, email, display_name: displayName, is_administrator: isAdministrator } = body;
        if (isReservedName(name))
          throw problem('conflict', `The name ${name} is reserved. Choose another one.`);
        return inApiWords(async () => {
          const passwordHash =
            body.password === undefined
              ? undefined
              : await hashNewPassword(body.password, [name, email, displayName]);
          const now = clock.now();
          return changes.transaction(async (trx) => {
            if (!body.takes_over_repositories) await assertUnclaimed(trx, name);
            const id = await createUserIn(trx, {
              name,
              now,
              email,
              displayName,
              passwordHash,
              isAdministrator,
            });
            const link =
              passwordHash === undefined
                ? await createPasswordLinkIn(trx, { accountId: id, now, lastsMs: INVITATION_MS })
                : undefined;
            const shown = showUser(await getUserOf(trx, name));
            const resource = { type: 'account', name, namespace: name };
            await audit.record(trx, {
              action: createUser.name,
              origin: originOf(call),
              resource,
              after: shown,
            });
            return { body: { ...shown, ...(link && { password_link: link }) } };
          });
        });
      },
    }),

    apiRoute(getUser, {
      access: manageAccount,
      async handle({ params }) {
        const user = await getUserOf(db.reads, params.name);
        return { body: showUser(user), etag: versionOf(user) };
      },
    }),

    apiRoute(updateUser, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const { disabled, is_administrator: isAdministrator, email, display_name: displayName } = body;
        if ((disabled !== undefined || isAdministrator !== undefined) && !(await call.may(administer))) {
          throw problem('forbidden', 'Only an administrator can change disabled and is_administrator.');
        }
        return changes.transaction(async (trx) => {
          const before = await getUserOf(trx, params.name);
          assertIfMatch(call, versionOf(before));
          if (disabled && !before.isDisabled) await onUserDisabled(trx, { id: before.id, name: before.name });
          await changeUser(trx, {
            id: before.id,
            now: clock.now(),
            email,
            displayName,
            isDisabled: disabled,
            isAdministrator,
          });
          const user = await getUserOf(trx, params.name);
          await assertAdministratorLeft(trx, before);
          const resource = { type: 'account', name: user.name, namespace: user.name };
          const entry = { action: updateUser.name, origin: originOf(call), resource };
          await audit.record(trx, { ...entry, before: showUser(before), after: showUser(user) });
          return { body: showUser(user), etag: versionOf(user) };
        });
      },
    }),

    apiRoute(deleteUser, {
      access: () => administer,
      async handle({ params, call }) {
        await changes.transaction(async (trx) => {
          const user = await getUserOf(trx, params.name);
          await onAccountDeleted(trx, { id: user.id, name: user.name });
          await deleteAccount(trx, user.id);
          await assertAdministratorLeft(trx, user);
          const resource = { type: 'account', name: user.name, namespace: user.name };
          const entry = { action: deleteUser.name, origin: originOf(call), resource };
          await audit.record(trx, { ...entry, before: showUser(user) });
        });
        return {};
      },
    }),
  ];
}

async function assertAdministratorLeft(trx: Kysely<IdentityTables>, changed: User): Promise<void> {
  if (!changed.isAdministrator || (await countAdministrators(trx)) > 0) return;
  throw problem('conflict', `${changed.name} is the only administrator. Make another user one first.`);
}
