import bcrypt from 'bcrypt';

/** Whether the password has this `$2y$`, `$2a$` or `$2b$` hash. Takes a thread of libuv for as long as its cost says. */
export function compareBcrypt(password: string, hash: string): Promise<boolean> {
  // The three letters name one algorithm; the library knows no `y`, and repeats an old fault for `a`.
  return bcrypt.compare(password, `$2b${hash.slice(3)}`);
}
