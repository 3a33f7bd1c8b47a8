/** A provider through which people sign in. */
export interface OidcSettings {
  /** As the provider writes itself. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  /** The claim that new accounts are named after. */
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** Which group means which team. */
  readonly teams: readonly MappedTeam[];
  /** Whether whoever the provider knows gets an account. */
  readonly createsAccounts: boolean;
  /** Whether who has a verified e-mail address of an account is that account. */
  readonly linksVerifiedEmail: boolean;
}

export interface MappedTeam {
  readonly group: string;
  readonly organisation: string;
  readonly team: string;
}
