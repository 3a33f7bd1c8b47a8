import { listDevices, logOutAllDevices, logOutDevice } from '../../api/index.ts';
import type { Call, RouteRecord } from '../../http/index.ts';
import { apiRoute, originOf, pageOfItems, problem } from '../../rest/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { getUserOf, manageAccount, toTime } from '../routes/api-words.ts';
import type { RefreshToken, RefreshTokens } from './refresh-tokens.ts';

/** Where a user is logged in with docker and the like: to see it, and to end it. */
export function deviceRoutes(
  context: Pick<IdentityContext, 'db' | 'audit'> & {
    readonly refreshTokens: Pick<RefreshTokens, 'list' | 'revoke'>;
  },
): readonly RouteRecord[] {
  const { db, audit, refreshTokens } = context;

  return [
    apiRoute(listDevices, {
      access: manageAccount,
      async handle({ params, query }) {
        const { id } = await getUserOf(db.reads, params.name);
        const devices = (await refreshTokens.list(id)).map(show);
        return { body: pageOfItems(devices, query, (device) => device.id) };
      },
    }),

    apiRoute(logOutDevice, {
      access: manageAccount,
      async handle({ params: { name, id }, call }) {
        const ended = await logOut(call, { name, id, action: logOutDevice.name });
        if (ended === 0) throw problem('not-found', 'There is no such device.');
        return {};
      },
    }),

    apiRoute(logOutAllDevices, {
      access: manageAccount,
      async handle({ params: { name }, call }) {
        await logOut(call, { name, id: undefined, action: logOutAllDevices.name });
        return {};
      },
    }),
  ];

  async function logOut(
    call: Call,
    { name, id, action }: { name: string; id: string | undefined; action: string },
  ): Promise<number> {
    const { id: accountId } = await getUserOf(db.reads, name);
    const resource = { type: 'account', name, namespace: name };
    return refreshTokens.revoke({ accountId, id }, (trx, ended) =>
      audit.record(trx, { action, origin: originOf(call), resource, before: { devices: id ?? ended } }),
    );
  }
}

function show(token: RefreshToken) {
  return {
    id: token.id,
    ...(token.clientId !== undefined && { client: token.clientId }),
    created_at: toTime(token.createdAt),
    created_from: token.createdFrom,
    last_used_at: toTime(token.lastUsedAt),
    last_used_from: token.lastUsedFrom,
    expires_at: toTime(token.expiresAt),
  };
}
