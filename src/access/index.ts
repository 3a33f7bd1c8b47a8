export { type BasicGuardOptions, createBasicGuard } from './basic-guard.ts';
export type { BasicCredentials, CredentialVerifier, Identity } from './credential-verifier.ts';
export { createOpenGuard } from './open-guard.ts';
