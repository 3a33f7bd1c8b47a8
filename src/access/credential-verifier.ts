/** What a client sent in a Basic `Authorization` header: no control characters, `user` neither empty nor with `:`. */
export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

export interface Identity {
  readonly name: string;
}

/** What the guard asks of whoever knows the users. */
export interface CredentialVerifier {
  /**
   * Undefined for an unknown user as for a wrong password, after the same time. A throw means that it could not be
   * found out now, and refuses the request.
   */
  verify(
    credentials: BasicCredentials,
    request: { readonly remoteAddress: string },
  ): Promise<Identity | undefined>;
}
