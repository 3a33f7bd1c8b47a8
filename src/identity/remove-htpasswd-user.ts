import { editHtpasswd } from './edit-htpasswd.ts';
import { splitHtpasswdLine } from './htpasswd-line.ts';
import { htpasswdUserName } from './htpasswd-user-name.ts';

/** False when there was no such user. Throws `IdentityError`: `user-invalid`, `htpasswd-unreadable`. */
export async function removeHtpasswdUser(options: {
  readonly path: string;
  readonly user: string;
}): Promise<boolean> {
  const name = htpasswdUserName(options.user);
  let removed = false;
  await editHtpasswd(options.path, (lines) => {
    const kept = lines.filter((line) => splitHtpasswdLine(line)?.user !== name);
    removed = kept.length < lines.length;
    return removed ? kept : undefined;
  });
  return removed;
}
