import type { Transaction } from 'kysely';
import {
  type AccessTables,
  type AccessTransaction,
  type Accounts,
  type Authorizer,
  accessRoutes,
  assertMayLetIn,
  assertMayManage,
  assertNotLastOwner,
  assertUnclaimed,
  createAccountsGuard,
  createAuthorizer,
  createRecentAdmissions,
  createRepositoryHooks,
  findBasicCredentials,
  isReservedName,
  type RepositoryMover,
  removeAccountRights,
  syncTeams,
} from '../access/index.ts';
import type { Database } from '../db/index.ts';
import type { RepositoryHooks } from '../distribution/index.ts';
import type { Guard, RouteRecord } from '../http/index.ts';
import { type ApiLogins, forgetStars, type HubTables, type RepositoryAccess } from '../hub/index.ts';
import {
  type Authenticator,
  createIdentity,
  createProvider,
  createWorkloads,
  deviceRoutes,
  federationRoutes,
  type IdentityTables,
  oidcRoutes,
  openTokenService,
  type RefreshTokens,
  type TokenServiceTables,
} from '../identity/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { RepositoryName } from '../oci/index.ts';
import type { AuditTrail } from '../rest/index.ts';
import type { AccountsSettings } from './configuration/index.ts';
import { type LadingTables, tablesOf } from './migrations.ts';

/** Who is who and who may what, put together. */
export interface OpenAccounts extends AsyncDisposable {
  readonly guard: Guard;
  readonly routes: readonly RouteRecord[];
  /** Where registry tokens are got. They alone know who asks, and so limit themselves. */
  readonly tokenRoutes: readonly RouteRecord[];
  readonly hooks: RepositoryHooks;
  readonly repositoryAccess: RepositoryAccess;
  readonly apiLogins: ApiLogins;
  resolveRepositoryName(name: RepositoryName): RepositoryName;
}

export async function openAccounts(options: {
  readonly db: Database<LadingTables>;
  readonly settings: AccountsSettings;
  /** `http.prefix`. */
  readonly prefix: string;
  readonly audit: AuditTrail;
  readonly mover: RepositoryMover;
  readonly onEvents: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<OpenAccounts> {
  const { settings, prefix, audit, mover, onEvents, clock, log } = options;
  const db = tablesOf<AccessTables>(options.db);
  let decisions: Authorizer | undefined;
  let refreshTokens: RefreshTokens | undefined;

  const identity = createIdentity({
    db: tablesOf<IdentityTables>(options.db),
    clock,
    log,
    audit,
    isReservedName,
    assertUnclaimed: (trx, name) => assertUnclaimed({ mover }, trx as unknown as AccessTransaction, name),
    // The same transaction, as the owner of the other tables sees it.
    async onAccountDeleted(trx, account) {
      await assertNotLastOwner(accounts, trx as unknown as AccessTransaction, account);
      await removeAccountRights(trx as unknown as AccessTransaction, account);
      await forgetStars(trx as unknown as Transaction<HubTables>, { accountId: account.id, at: clock.now() });
    },
    onUserDisabled: (trx, account) =>
      assertNotLastOwner(accounts, trx as unknown as AccessTransaction, account),
    assertMayManage: (actor, who) => assertMayManage({ authorizer, db: db.reads }, actor, who),
    endDevices: async (accountId) => {
      await refreshTokens?.revoke({ accountId, id: undefined });
    },
    async onChange() {
      // Of the stars of a deleted account.
      onEvents();
      // Waited for: who is answered that a right was taken back, or a name given, must find it so at once.
      await decisions?.invalidate();
    },
  });
  const accounts = identity.accounts as unknown as Accounts;
  const remembered = await createAuthorizer({ db, accounts, clock });
  decisions = remembered;
  // An organisation that goes takes its robots along: who is who is forgotten with who may what.
  const authorizer: Authorizer = { ...remembered, invalidate: () => identity.changes.forget() };

  const workloads = createWorkloads({
    db: tablesOf<IdentityTables>(options.db),
    changes: identity.changes,
    privateIssuers: settings.privateIssuers,
    audit,
    clock,
    log,
  });
  const authenticate: Authenticator['authenticate'] = async (credentials, request) => {
    if (!workloads.isOffered(credentials)) return identity.basic(credentials, request);
    return (await workloads.admit(credentials.password, request))?.actor;
  };
  const { findActor } = identity;
  const tokenService = await openTokenService({
    db: tablesOf<TokenServiceTables>(options.db),
    settings,
    authenticator: { authenticate, findBasicCredentials },
    exchanger: workloads,
    holders: {
      async findActor({ accountId, credential, authenticatedAt }) {
        if (accountId === undefined) return workloads.findActor({ credential, authenticatedAt });
        return findActor({ accountId, credential, authenticatedAt });
      },
    },
    granter: authorizer,
    clock,
    log,
  });
  refreshTokens = tokenService.refreshTokens;
  const guard = createAccountsGuard({
    realm: settings.realm,
    tokenPath: `${prefix}token`,
    service: settings.service,
    authorizer,
    recent: createRecentAdmissions({
      clock,
      // Whatever changes rights changes the first, too.
      version: () => identity.changes.version() + tokenService.refreshTokens.version(),
    }),
    verifiers: {
      basic: (credentials, { remoteAddress, access }) => {
        const isRepository = typeof access !== 'string' && access.type === 'repository';
        return authenticate(credentials, { remoteAddress, repositories: isRepository ? [access.name] : [] });
      },
      // A JWT has dots, an access token has none.
      bearer: async (token, request) => {
        if (!token.includes('.')) return identity.bearer(token, request);
        if (request.surface !== 'api') return tokenService.verifier.verify(token);
        const actor = (await tokenService.api.verifier.verify(token))?.actor;
        // Its owner's rights within what was shown for it, as with an access token.
        return actor && { actor, claims: undefined };
      },
      session: identity.session,
    },
  });
  const { oidc } = settings;
  const signIn =
    oidc &&
    oidcRoutes({
      context: identity.context,
      settings: oidc,
      provider: createProvider({ settings: oidc, clock }),
      syncTeams: (trx, change) => syncTeams(accounts, trx as unknown as AccessTransaction, change),
      log,
    });
  const hooks = createRepositoryHooks({ accounts, authorizer });
  const access = { db, accounts, authorizer, mover, audit, clock, onEvents };
  return {
    guard,
    routes: [
      ...identity.routes,
      ...(signIn ?? []),
      ...federationRoutes({
        context: identity.context,
        privateIssuers: settings.privateIssuers,
        assertMayLetIn: (actor, rule) => assertMayLetIn(authorizer, actor, rule),
      }),
      ...deviceRoutes({ ...identity.context, refreshTokens }),
      ...accessRoutes(access),
    ],
    tokenRoutes: tokenService.routes,
    hooks: {
      onRepositoryCreated: (trx, repository) =>
        hooks.onRepositoryCreated(trx as unknown as AccessTransaction, repository),
    },
    repositoryAccess: {
      mode: 'accounts',
      findReadable: authorizer.findReadable,
      // What was there before there were accounts is private.
      findVisibility: async (name) => (await authorizer.findVisibility(name)) ?? 'private',
    },
    apiLogins: {
      async logIn({ user, password, remoteAddress }) {
        // Before the password is compared: one that is changed meanwhile must count as changed after it.
        const authenticatedAt = clock.now();
        const actor = await identity.basic({ user, password }, { remoteAddress });
        if (!actor) return undefined;
        const login = { actor, authenticatedAt, refreshTokenId: undefined };
        return (await tokenService.api.tokens.issue(login, [])).text;
      },
    },
    resolveRepositoryName: authorizer.resolveRepositoryName,
    [Symbol.asyncDispose]: () => identity.close(),
  };
}
