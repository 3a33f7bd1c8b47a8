import type { Transaction } from 'kysely';
import { beginOidcLogin, finishOidcLogin } from '../../api/index.ts';
import type { Call } from '../../http/index.ts';
import type { Logger } from '../../kernel/index.ts';
import { type ApiRoute, apiRoute, originOf, problem } from '../../rest/index.ts';
import type { IdentityContext } from '../identity-context.ts';
import { getCookieTransport, openSession } from '../sessions/open-session.ts';
import type { IdentityTables } from '../tables.ts';
import { findOrCreateAccount, type SignedIn } from './find-or-create-account.ts';
import { findFlowCookie, flowCookie } from './flow-cookie.ts';
import { createLoginFlow, findLoginFlow } from './login-flow.ts';
import { OidcError } from './oidc-error.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { Claims, Provider } from './open-provider.ts';
import { parseReturnPath } from './return-path.ts';

/** One team that a group stands for, and whether somebody is to be in it. */
export interface WantedTeam {
  readonly organisation: string;
  readonly team: string;
  readonly isMember: boolean;
}

/** `organisation/team` each. */
export interface ChangedTeams {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** There are no such ones. */
  readonly unknown: readonly string[];
}

/** In the transaction: puts an account into teams, takes it out of others, and leaves those that are not named alone. */
export type SyncTeams = (
  trx: Transaction<IdentityTables>,
  change: { readonly accountId: number; readonly teams: readonly WantedTeam[]; readonly now: number },
) => Promise<ChangedTeams>;

export interface OidcRoutesOptions {
  readonly context: IdentityContext;
  readonly settings: OidcSettings;
  readonly provider: Provider;
  readonly syncTeams: SyncTeams;
  readonly log: Logger;
}

/** Sign-in for browsers through a provider. Who is let in gets a session as after a login with a password. */
export function oidcRoutes(options: OidcRoutesOptions): ApiRoute[] {
  const { context, settings, provider, syncTeams, log } = options;
  const { clock, changes, audit, isReservedName, assertUnclaimed } = context;

  return [
    apiRoute(beginOidcLogin, {
      access: () => 'public',
      async handle({ query, call }) {
        const returnTo = parseReturnPath(query.return_to ?? '/');
        if (returnTo === undefined) {
          throw problem('invalid-request', 'return_to must be a path of this registry, such as /settings.', {
            fields: [{ pointer: '/return_to', message: 'must be a path of this registry' }],
          });
        }
        const transport = getCookieTransport(call);
        const { cookie, flow } = createLoginFlow({ returnTo, now: clock.now() });
        const location = await inApiWords(() => provider.authorizationUrl(flow, redirectUriOf(call)));
        return { headers: { Location: location.href, 'Set-Cookie': flowCookie(transport, cookie) } };
      },
    }),

    apiRoute(finishOidcLogin, {
      access: () => 'public',
      async handle({ call }) {
        const transport = getCookieTransport(call);
        const cookie = findFlowCookie(transport, call.header('cookie'));
        const flow = cookie === undefined ? undefined : findLoginFlow(cookie, clock.now());
        if (!flow) {
          throw problem(
            'csrf',
            'This sign-in was not begun in this browser, or more than ten minutes ago. Begin again.',
          );
        }
        const callbackUrl = new URL(redirectUriOf(call));
        callbackUrl.search = call.query.toString();
        const { user } = await refusalsNoted(call, async () => {
          const claims = await inApiWords(() => provider.finish(flow, callbackUrl));
          return signIn(claims, call);
        });
        const opened = await openSession(context, { accountId: user.id, call });
        await context.db.transaction((trx) =>
          audit.record(trx, {
            action: beginOidcLogin.name,
            origin: asUser(call, user, opened.id),
            resource: { type: 'account', name: user.name, namespace: user.name },
          }),
        );
        // The cookie has served: nothing that the provider sends later fits it.
        const cookies = [...opened.cookies, flowCookie(transport, '')];
        return { headers: { Location: flow.returnTo, 'Set-Cookie': cookies } };
      },
    }),
  ];

  /** Finds or makes the account and brings its teams up to date, all of it or nothing. Throws `Problem`. */
  async function signIn(claims: Claims, call: Call): Promise<SignedIn> {
    const now = clock.now();
    return changes.transaction(async (trx) => {
      const signedIn = await findOrCreateAccount(trx, {
        settings,
        claims,
        now,
        isReservedName,
        assertUnclaimed,
      });
      const { user, how } = signedIn;
      const teams = settings.teams.length === 0 ? undefined : wantedTeams(claims);
      const changed = teams && (await syncTeams(trx, { accountId: user.id, teams, now }));
      if (changed && changed.unknown.length > 0) {
        log.warn({ teams: changed.unknown }, 'auth.accounts.oidc.groups names teams that do not exist');
      }
      const hasChanged = how !== 'known' || (changed && changed.added.length + changed.removed.length > 0);
      if (hasChanged) {
        await audit.record(trx, {
          action: how === 'created' ? 'user.create' : how === 'linked' ? 'oidc.link' : 'oidc.teams',
          origin: originOf(call),
          resource: { type: 'account', name: user.name, namespace: user.name },
          after: {
            issuer: settings.issuer,
            subject: claims.sub,
            ...(changed && { added: changed.added, removed: changed.removed }),
          },
        });
      }
      return signedIn;
    });
  }

  /** A team that several groups stand for takes who is in any of them. */
  function wantedTeams(claims: Claims): WantedTeam[] {
    const claim = claims[settings.groupsClaim];
    const groups = new Set<unknown>(Array.isArray(claim) ? claim : [claim]);
    const wanted = new Map<string, WantedTeam>();
    for (const { group, organisation, team } of settings.teams) {
      const key = `${organisation}/${team}`;
      const isMember = groups.has(group) || wanted.get(key)?.isMember === true;
      wanted.set(key, { organisation, team, isMember });
    }
    return [...wanted.values()];
  }

  async function refusalsNoted<Result>(call: Call, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      audit.refused({
        action: beginOidcLogin.name,
        origin: originOf(call),
        resource: { type: 'account', name: '' },
        reason: error instanceof Error ? error.message : undefined,
      });
      throw error;
    }
  }

  async function inApiWords<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OidcError)) throw error;
      log.warn({ err: error }, 'a sign-in through the OpenID provider failed');
      if (error.code === 'refused') {
        throw problem('unauthorized', 'The provider did not confirm who you are. Begin again.', {
          cause: error,
        });
      }
      throw problem(
        'unavailable',
        'The provider cannot be asked now. Try again, or log in with a password.',
        {
          cause: error,
        },
      );
    }
  }
}

/** As it is registered with the provider, which refuses any other. */
function redirectUriOf(call: Call): string {
  return `${call.origin()}${call.path(finishOidcLogin.path)}`;
}

function asUser(call: Call, { id, name, isAdministrator }: SignedIn['user'], session: string) {
  const credential = { kind: 'session', id: session, scope: undefined } as const;
  const { remoteAddress, requestId } = call;
  const actor = { kind: 'user', name, accountId: id, isAdministrator, credential } as const;
  return originOf({ remoteAddress, requestId, actor });
}
