import type { DefaultedKey, Key, SupportedKey } from './key.ts';
import { oidcKeys } from './oidc-keys.ts';
import {
  boolean,
  headerText,
  listOf,
  path,
  realmUrl,
  type SigningAlgorithm,
  signingAlgorithm,
  tokenLifetime,
  urlPath,
} from './value-types.ts';

export const htpasswdPath: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.htpasswd.path',
  type: path,
  doc: 'File of users and bcrypt hashes, as `htpasswd -B` and `lading htpasswd` write it.',
};

export const htpasswdRealm: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.htpasswd.realm',
  type: headerText,
  doc: 'Name of the registry in the password question, for example `Registry Realm`.',
};

export const tokenRealm: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.token.realm',
  type: realmUrl,
  doc: 'URL of the token server that clients are sent to.',
};

export const tokenService: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.token.service',
  type: headerText,
  doc: 'What the token server calls this registry: the `aud` of its tokens.',
};

export const tokenIssuer: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.token.issuer',
  type: headerText,
  doc: 'What the token server calls itself: the `iss` of its tokens.',
};

export const tokenRootCertBundle: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.token.rootcertbundle',
  type: path,
  doc: 'PEM file of the certificates whose keys sign the tokens, or sign the certificates in their `x5c` header.',
};

export const tokenJwks: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.token.jwks',
  type: path,
  doc: 'JSON file of the public keys that sign the tokens (RFC 7517).',
};

export const tokenAutoRedirect: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'auth.token.autoredirect',
  type: boolean,
  default: 'false',
  doc: 'Sends clients to a path of the host that they asked, in place of `auth.token.realm`.',
};

export const tokenAutoRedirectPath: DefaultedKey<string> = {
  status: 'supported',
  path: 'auth.token.autoredirectpath',
  type: urlPath,
  default: '/auth/token',
  doc: 'That path.',
};

export const tokenSigningAlgorithms: SupportedKey<readonly SigningAlgorithm[]> = {
  status: 'supported',
  path: 'auth.token.signingalgorithms',
  type: listOf(signingAlgorithm),
  doc: 'Algorithms that tokens may be signed with; without it, all of these. Shared secrets (`HS256`, …) are never accepted.',
};

export const accountsRealm: SupportedKey<string> = {
  status: 'supported',
  path: 'auth.accounts.realm',
  type: realmUrl,
  doc: 'Public URL of `/token`. Without it, clients are sent to the host that they asked.',
};

export const accountsService: DefaultedKey<string> = {
  status: 'supported',
  path: 'auth.accounts.service',
  type: headerText,
  default: 'lading',
  doc: 'What this registry is called in its tokens (`aud`).',
};

export const accountsIssuer: DefaultedKey<string> = {
  status: 'supported',
  path: 'auth.accounts.issuer',
  type: headerText,
  default: 'lading',
  doc: 'What the token service is called in its tokens (`iss`).',
};

export const accountsTokenExpiry: DefaultedKey<number> = {
  status: 'supported',
  path: 'auth.accounts.tokenexpiry',
  type: tokenLifetime,
  default: '5m',
  doc: 'How long a registry token is good for. Clients fetch another by themselves.',
};

export const authKeys: readonly Key[] = [
  htpasswdPath,
  htpasswdRealm,
  tokenRealm,
  tokenService,
  tokenIssuer,
  tokenRootCertBundle,
  tokenJwks,
  tokenAutoRedirect,
  tokenAutoRedirectPath,
  tokenSigningAlgorithms,
  accountsRealm,
  accountsService,
  accountsIssuer,
  accountsTokenExpiry,
  ...oidcKeys,
  {
    status: 'later',
    path: 'auth.silly',
    isChoice: true,
    doc: 'Lets everyone in who sends any credentials: for tests.',
    instead: 'use auth.htpasswd, or remove auth to let everyone in',
  },
];
