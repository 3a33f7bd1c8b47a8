import { IdentityError } from '../identity-error.ts';

/** NIST SP 800-63B-4 §3.1.1.2 asks for 15 where a password is all there is, and for 8 beside a second factor. */
const MIN_LENGTH = 10;
/** Hashing is no slower for more, but reading it is. */
const MAX_BYTES = 256;

/** Throws `IdentityError` password-invalid: too short or too long, one character over and over, or the name. */
export function assertPassword(password: string, names: readonly string[]): void {
  const refuse = (message: string): never => {
    throw new IdentityError('password-invalid', message);
  };
  if ([...password].length < MIN_LENGTH) {
    refuse(`The password has fewer than ${MIN_LENGTH} characters. Give a longer one: a few words will do.`);
  }
  if (Buffer.byteLength(password) > MAX_BYTES) refuse(`The password is longer than ${MAX_BYTES} bytes.`);
  if (/\p{Cc}/u.test(password)) {
    refuse('The password holds a control character, such as a line end or a tab, which no login can send.');
  }
  if (new Set(password).size < 4) refuse('The password has too few different characters. Give another one.');
  const plain = password.toLowerCase();
  if (names.some((name) => name.length > 2 && plain.replace(/\d*$/, '') === name.toLowerCase())) {
    refuse('The password is the name. Give another one.');
  }
}
