export type { Account } from './accounts/account.ts';
export type { AccountDirectory, DirectoryEntry } from './accounts/account-directory.ts';
export { createAccount } from './accounts/create-account.ts';
export { createUser } from './accounts/create-user.ts';
export { deleteAccount } from './accounts/delete-account.ts';
export { findAccount, findAccountById } from './accounts/find-account.ts';
export { setPasswordHash } from './accounts/set-password-hash.ts';
export { countAdministrators, findUser, listUsers, type User } from './accounts/users.ts';
export type { Changes } from './changes.ts';
export { createIdentity, type Identity } from './create-identity.ts';
export { federationRoutes } from './federation/federation-routes.ts';
export { createWorkloads, type Workloads } from './federation/workloads.ts';
export { hashPassword } from './hash-password.ts';
export type { IdentityContext, IdentityPorts } from './identity-context.ts';
export { IdentityError, type IdentityErrorCode } from './identity-error.ts';
export { type OidcRoutesOptions, oidcRoutes, type SyncTeams } from './oidc/oidc-routes.ts';
export type { MappedTeam, OidcSettings } from './oidc/oidc-settings.ts';
export { createProvider, type Provider } from './oidc/open-provider.ts';
export { type HtpasswdFile, openHtpasswdFile } from './open-htpasswd-file.ts';
export { hashNewPassword } from './passwords/hash-new-password.ts';
export { removeHtpasswdUser } from './remove-htpasswd-user.ts';
export { type OpenedSession, openSession } from './sessions/open-session.ts';
export { setHtpasswdUser } from './set-htpasswd-user.ts';
export { createAdministrator } from './setup/create-administrator.ts';
export { createFirstAdministrator, offerSetup } from './setup/first-administrator.ts';
export { type ImportedUsers, importHtpasswdUsers } from './setup/import-htpasswd-users.ts';
export { recoverUser } from './setup/recover-user.ts';
export { type AccountKind, type IdentityTables, identityMigrations } from './tables.ts';
export { deviceRoutes } from './token-service/device-routes.ts';
export {
  type OpenTokenService,
  openTokenService,
  type TokenServiceSettings,
} from './token-service/open-token-service.ts';
export type { Authenticator, Granter, Holder, Holders } from './token-service/ports.ts';
export type { RefreshToken, RefreshTokens } from './token-service/refresh-tokens.ts';
export type {
  RegistryTokenVerifier,
  VerifiedRegistryToken,
} from './token-service/registry-token-verifier.ts';
export { type TokenServiceTables, tokenServiceMigrations } from './token-service/tables.ts';
export type { BasicVerifier } from './verifiers/basic-verifier.ts';
export type { BearerTokenVerifier } from './verifiers/bearer-token-verifier.ts';
export type { ActorFinder, ShownCredential } from './verifiers/find-actor.ts';
export type { SessionVerifier } from './verifiers/session-verifier.ts';
