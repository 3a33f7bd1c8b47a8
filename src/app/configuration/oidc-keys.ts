import type { DefaultedKey, Key, SupportedKey } from './key.ts';
import { boolean, headerText, issuerUrl, listOf, type TeamName, teamName, text } from './value-types.ts';

const section = 'auth.accounts.oidc';

export const oidcIssuer: SupportedKey<string> = {
  status: 'supported',
  path: `${section}.issuer`,
  type: issuerUrl,
  doc: 'OpenID provider through which people sign in, as it writes itself. docs/SIGN-IN.md has examples.',
};

export const oidcClientId: SupportedKey<string> = {
  status: 'supported',
  path: `${section}.clientid`,
  type: headerText,
  doc: 'What the provider calls this registry. The redirect URI to register there is `https://REGISTRY/api/v1/oidc/callback`.',
};

export const oidcClientSecret: SupportedKey<string> = {
  status: 'supported',
  path: `${section}.clientsecret`,
  type: text,
  secret: true,
  doc: 'The secret that goes with it. Without it, the registry is a public client, which PKCE protects.',
};

export const oidcScopes: SupportedKey<readonly string[]> = {
  status: 'supported',
  path: `${section}.scopes`,
  type: listOf(headerText),
  doc: 'Scopes to ask for; without it `openid`, `profile` and `email`. Some providers give groups only with one more.',
};

export const oidcNameClaim: DefaultedKey<string> = {
  status: 'supported',
  path: `${section}.nameclaim`,
  type: headerText,
  default: 'preferred_username',
  doc: 'Claim that new accounts are named after.',
};

export const oidcGroupsClaim: DefaultedKey<string> = {
  status: 'supported',
  path: `${section}.groupsclaim`,
  type: headerText,
  default: 'groups',
  doc: 'Claim with the groups of who signs in: a list of texts.',
};

export const oidcGroups: SupportedKey<TeamName> = {
  status: 'supported',
  path: `${section}.groups.*`,
  type: teamName,
  doc: 'Team that a group stands for. At each sign-in, who is in the group is put into the team, and who is not is taken out; teams that no group stands for are left alone.',
};

export const oidcCreateAccounts: DefaultedKey<boolean> = {
  status: 'supported',
  path: `${section}.createaccounts`,
  type: boolean,
  default: 'true',
  doc: 'Whether whoever the provider lets in gets an account. Say `false` for a provider where anybody can register.',
};

export const oidcLinkVerifiedEmail: DefaultedKey<boolean> = {
  status: 'supported',
  path: `${section}.linkverifiedemail`,
  type: boolean,
  default: 'false',
  doc: 'Whether somebody with the e-mail address of an account here, verified by the provider, signs in as that account. Only for a provider whose verification you trust.',
};

export const oidcPrivateIssuers: SupportedKey<readonly string[]> = {
  status: 'supported',
  path: `${section}.privateissuers`,
  type: listOf(issuerUrl),
  doc: 'Issuers of federation rules that may be asked for their keys at private addresses, such as the one of your Kubernetes. All others must be on the internet.',
};

export const oidcKeys: readonly Key[] = [
  oidcIssuer,
  oidcClientId,
  oidcClientSecret,
  oidcScopes,
  oidcNameClaim,
  oidcGroupsClaim,
  oidcGroups,
  oidcCreateAccounts,
  oidcLinkVerifiedEmail,
  oidcPrivateIssuers,
];
