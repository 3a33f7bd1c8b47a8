import { IdentityError } from './identity-error.ts';

const MAX_BYTES = 255;

/**
 * Checks that a name can stand in the file and in a Basic header, and gives it as the byte string that
 * `editHtpasswd` compares. Throws `user-invalid`.
 */
export function htpasswdUserName(user: string): string {
  if (user === '' || Buffer.byteLength(user) > MAX_BYTES) {
    throw new IdentityError('user-invalid', `A user name has 1 to ${MAX_BYTES} bytes.`);
  }
  if (/[:\p{Cc}]|^#|^\s|\s$/u.test(user)) {
    throw new IdentityError(
      'user-invalid',
      'A user name holds no ":" and no control character, starts with no "#", and has no space at its ends.',
    );
  }
  return Buffer.from(user).toString('latin1');
}
