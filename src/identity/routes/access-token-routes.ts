import { createAccessToken, deleteAccessToken, listAccessTokens } from '../../api/index.ts';
import type { RouteRecord } from '../../http/index.ts';
import { apiRoute, originOf, pageOfItems, problem } from '../../rest/index.ts';
import {
  createAccessToken as createIn,
  deleteAccessToken as deleteIn,
  listAccessTokens as listIn,
} from '../access-tokens/access-tokens.ts';
import type { IdentityContext } from '../identity-context.ts';
import { assertSelf, getUserOf, inApiWords, manageAccount } from './api-words.ts';
import { assertNoMoreThan, showToken, toNewToken } from './token-words.ts';

export function accessTokenRoutes({ db, clock, changes, audit }: IdentityContext): RouteRecord[] {
  return [
    apiRoute(listAccessTokens, {
      access: manageAccount,
      async handle({ params, query }) {
        const { id } = await getUserOf(db.reads, params.name);
        const tokens = (await listIn(db.reads, id)).map(showToken);
        return { body: pageOfItems(tokens, query, (token) => token.id) };
      },
    }),

    apiRoute(createAccessToken, {
      access: manageAccount,
      async handle({ params, body, call }) {
        const now = clock.now();
        const wanted = toNewToken(body, now);
        return inApiWords(() =>
          changes.transaction(async (trx) => {
            const user = await getUserOf(trx, params.name);
            assertSelf(call, user);
            await assertNoMoreThan(trx, { actor: call.actor, ...wanted });
            const { token, secret } = await createIn(trx, {
              ...wanted,
              accountId: user.id,
              kind: 'pat',
              createdBy: user.id,
              now,
            });
            const shown = showToken(token);
            const resource = { type: 'token', name: token.id, namespace: user.name };
            const entry = { action: createAccessToken.name, origin: originOf(call), resource };
            await audit.record(trx, { ...entry, after: shown });
            return { body: { ...shown, secret } };
          }),
        );
      },
    }),

    apiRoute(deleteAccessToken, {
      access: manageAccount,
      async handle({ params, call }) {
        await changes.transaction(async (trx) => {
          const user = await getUserOf(trx, params.name);
          const token = await deleteIn(trx, { accountId: user.id, id: params.id });
          if (!token) throw problem('not-found', 'There is no such token.');
          const resource = { type: 'token', name: token.id, namespace: user.name };
          const entry = { action: deleteAccessToken.name, origin: originOf(call), resource };
          await audit.record(trx, { ...entry, before: showToken(token) });
        });
        return {};
      },
    }),
  ];
}
