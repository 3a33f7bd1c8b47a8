import bcrypt from 'bcrypt';
import { IdentityError } from './identity-error.ts';

/** bcrypt looks at no more; two longer passwords that begin alike would be one. */
const MAX_BYTES = 72;
const DEFAULT_COST = 10;

/**
 * The `$2y$` bcrypt hash of a password, as `htpasswd -B` writes it and registry:2 reads it. Throws `password-invalid`
 * for one that is empty, longer than 72 bytes of UTF-8, or that a Basic header cannot carry.
 */
export async function hashPassword(password: string, cost: number = DEFAULT_COST): Promise<string> {
  const lengthBytes = Buffer.byteLength(password);
  if (lengthBytes === 0) throw new IdentityError('password-invalid', 'The password is empty. Give one.');
  if (lengthBytes > MAX_BYTES) {
    throw new IdentityError(
      'password-invalid',
      `The password has ${lengthBytes} bytes. bcrypt looks at the first ${MAX_BYTES} only: give a shorter one.`,
    );
  }
  if (/\p{Cc}/u.test(password)) {
    throw new IdentityError(
      'password-invalid',
      'The password holds a control character, such as a line end or a tab, which no login can send. Give one without.',
    );
  }
  return `$2y${(await bcrypt.hash(password, cost)).slice(3)}`;
}
