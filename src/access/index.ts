export type { AccessTransaction, Account, Accounts } from './accounts.ts';
export { assertMayLetIn } from './assert-may-let-in.ts';
export { assertNotLastOwner } from './assert-not-last-owner.ts';
export { assertUnclaimed } from './assert-unclaimed.ts';
export type { Authorizer, Readable } from './authorizer.ts';
export { type BasicGuardOptions, createBasicGuard } from './basic-guard.ts';
export { changeAccess } from './change-access.ts';
export type { AccessContext } from './context.ts';
export { createRepositoryHooks, type RepositoryHooks } from './create-repository-hooks.ts';
export type { BasicCredentials, CredentialVerifier, Identity } from './credential-verifier.ts';
export type {
  BearerCredential,
  CredentialVerifiers,
  SessionCredential,
  TokenAccess,
} from './credential-verifiers.ts';
export { createAuthorizer } from './decide/create-authorizer.ts';
export type { Decision, Denial, Resource, Rule } from './decision.ts';
export { type ExternalTokenSettings, openExternalTokenGuard } from './external-token-guard.ts';
export { findBasicCredentials } from './find-basic-credentials.ts';
export { createAccountsGuard } from './guard/create-accounts-guard.ts';
export { createOpenGuard } from './open-guard.ts';
export { compilePattern, namespaceOf, type Pattern } from './pattern.ts';
export { putInTeam } from './put-in-team.ts';
export { removeAccountRights } from './remove-account-rights.ts';
export type { RepositoryMover } from './repository-mover.ts';
export { isReservedName } from './reserved-names.ts';
export { builtInRoles, isRoleAction, type RoleAction, roleActions } from './role.ts';
export { accessRoutes } from './routes/access-routes.ts';
export { syncTeams } from './sync-teams.ts';
export { type AccessTables, accessMigrations, type Visibility } from './tables.ts';
