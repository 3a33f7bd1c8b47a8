import { randomBytes } from 'node:crypto';
import { networkOf } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { compareBcrypt } from './compare-bcrypt.ts';
import { openLiveHtpasswd } from './live-htpasswd.ts';
import { createPasswordChecker } from './password-checker.ts';

/** Knows who a user name and a password belong to. What `access` calls a `CredentialVerifier`. */
export interface HtpasswdFile {
  /** Undefined for an unknown user as for a wrong password. Throws `OciError` TOOMANYREQUESTS under a flood. */
  verify(
    credentials: { readonly user: string; readonly password: string },
    request: { readonly remoteAddress: string },
  ): Promise<{ readonly name: string } | undefined>;
}

/**
 * Users from a file of bcrypt hashes, as registry:2's `auth.htpasswd`; a change of the file counts within a second.
 * Throws `IdentityError` when the file is missing or broken. registry:2 would make a missing one up and write the
 * password to its log, where secrets never belong.
 */
export async function openHtpasswdFile(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<HtpasswdFile> {
  const file = await openLiveHtpasswd(options);
  const checker = createPasswordChecker({ clock: options.clock, compare: compareBcrypt });
  const nobodysHash = randomBytes(32).toString('hex').slice(0, 53);

  return {
    async verify({ user, password }, { remoteAddress }) {
      const htpasswd = await file.read();
      const entry = htpasswd.users.get(user);
      const known = entry?.cost !== undefined;
      // Who cannot log in costs as much time as who can, so that time does not tell which users there are.
      const hash = known ? entry.hash : `$2b$${String(htpasswd.usualCost).padStart(2, '0')}$${nobodysHash}`;
      const right = await checker.matches({ user, password, hash, place: networkOf(remoteAddress) });
      return known && right ? { name: user } : undefined;
    },
  };
}
