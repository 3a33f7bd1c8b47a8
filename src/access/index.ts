export type { AccessTransaction, Account, Accounts } from './accounts.ts';
export type { Authorizer } from './authorizer.ts';
export { type BasicGuardOptions, createBasicGuard } from './basic-guard.ts';
export type { BasicCredentials, CredentialVerifier, Identity } from './credential-verifier.ts';
export type {
  BearerCredential,
  CredentialVerifiers,
  SessionCredential,
  TokenAccess,
} from './credential-verifiers.ts';
export type { Decision, Denial, Resource, Rule } from './decision.ts';
export { type ExternalTokenSettings, openExternalTokenGuard } from './external-token-guard.ts';
export { createOpenGuard } from './open-guard.ts';
export type { RepositoryMover } from './repository-mover.ts';
export { isReservedName } from './reserved-names.ts';
export { builtInRoles, isRoleAction, type RoleAction, roleActions } from './role.ts';
export { type AccessTables, accessMigrations, type Visibility } from './tables.ts';
