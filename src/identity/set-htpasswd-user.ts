import { editHtpasswd } from './edit-htpasswd.ts';
import { hashPassword } from './hash-password.ts';
import { splitHtpasswdLine } from './htpasswd-line.ts';
import { htpasswdUserName } from './htpasswd-user-name.ts';

/**
 * Adds a user to the file, or sets the password of one that is there, and makes the file if need be. All other lines
 * stay. Throws `IdentityError`: `user-invalid`, `password-invalid`, `htpasswd-unreadable`.
 */
export async function setHtpasswdUser(options: {
  readonly path: string;
  readonly user: string;
  readonly password: string;
}): Promise<void> {
  const name = htpasswdUserName(options.user);
  const line = `${name}:${await hashPassword(options.password)}`;
  await editHtpasswd(options.path, (lines) => {
    const first = lines.findIndex((old) => splitHtpasswdLine(old)?.user === name);
    if (first < 0) return [...lines, line];
    return lines
      .map((old, index) => (index === first ? line : old))
      .filter((old) => old === line || splitHtpasswdLine(old)?.user !== name);
  });
}
