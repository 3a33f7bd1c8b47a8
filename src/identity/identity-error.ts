import { CodedError } from '../kernel/index.ts';

/**
 * - `htpasswd-missing`: there is no such file
 * - `htpasswd-unreadable`: it is there and cannot be read or written, is no file, or is too large
 * - `htpasswd-invalid`: a line of it is not understood
 * - `user-invalid`: the name cannot stand in the file or in a Basic header
 * - `password-invalid`: the password cannot be hashed whole, be sent in a Basic header, or is too easily guessed
 * - `name-invalid`: no account can be called that
 * - `name-taken`: an account is called that already
 * - `token-name-taken`: the account has a token of that name
 * - `too-many-tokens`: the account has as many as it may have
 */
export type IdentityErrorCode =
  | 'htpasswd-missing'
  | 'htpasswd-unreadable'
  | 'htpasswd-invalid'
  | 'user-invalid'
  | 'password-invalid'
  | 'name-invalid'
  | 'name-taken'
  | 'token-name-taken'
  | 'too-many-tokens';

export class IdentityError extends CodedError<IdentityErrorCode> {}
