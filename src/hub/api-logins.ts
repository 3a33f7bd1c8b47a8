/** Who turns credentials into a token for the JSON API: for tools that log in once and then send a bearer token. */
export interface ApiLogins {
  /**
   * Undefined for an unknown user, a wrong password and an account whose password alone is not enough, after the same
   * time. Throws `OciError` TOOMANYREQUESTS.
   */
  logIn(credentials: {
    readonly user: string;
    readonly password: string;
    readonly remoteAddress: string;
  }): Promise<string | undefined>;
}
