import { stat } from 'node:fs/promises';
import type { Clock, Logger } from '../kernel/index.ts';
import { type Htpasswd, parseHtpasswd } from './parse-htpasswd.ts';
import { readHtpasswdBytes } from './read-htpasswd-bytes.ts';

const CHECK_INTERVAL_MS = 1_000;
/** Enough line numbers to start repairing with; a file of another kind has thousands. */
const MAX_LINES_NAMED = 20;

export interface LiveHtpasswd {
  /** The users as of at most a second ago. Never throws: see `openLiveHtpasswd`. */
  read(): Promise<Htpasswd>;
}

/**
 * Reads the file and keeps up with it. Throws `IdentityError` when it cannot be used at the start. Once running, a
 * file that is gone or broken leaves the last good users in force and is logged once: half an edit must not lock
 * out all clients of a registry, and no user it took away comes back by it.
 */
export async function openLiveHtpasswd(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<LiveHtpasswd> {
  const { path, clock, log } = options;
  let version = await versionOf(path);
  let current = await load();
  let checkedAt = clock.now();
  let checking: Promise<void> | undefined;
  let loggedFailure: string | undefined;

  return {
    async read() {
      // The distance, because a clock that was set back must not stop the checks.
      if (!checking && Math.abs(clock.now() - checkedAt) >= CHECK_INTERVAL_MS) {
        checkedAt = clock.now();
        checking = check().finally(() => {
          checking = undefined;
        });
      }
      await checking;
      return current;
    },
  };

  async function check(): Promise<void> {
    const found = await versionOf(path);
    if (found !== undefined && found === version) return;
    try {
      current = await load();
      // Taken before reading: what is written meanwhile makes another version.
      version = found;
      loggedFailure = undefined;
      log.info({ path, users: current.users.size }, 'htpasswd file changed and was read again');
    } catch (error) {
      version = undefined;
      const failure = (error as Error).message;
      if (failure === loggedFailure) return;
      loggedFailure = failure;
      log.error({ err: error }, 'htpasswd file cannot be used; logins still go by what it said before');
    }
  }

  async function load(): Promise<Htpasswd> {
    const htpasswd = parseHtpasswd((await readHtpasswdBytes(path)).toString('utf8'), path);
    const { unusableLines, users } = htpasswd;
    if (unusableLines.length > 0) {
      log.warn(
        { path, lines: unusableLines.slice(0, MAX_LINES_NAMED), count: unusableLines.length },
        'htpasswd file has users that can never log in: only bcrypt of cost 4 to 15 is verified. Set their passwords again with lading htpasswd or htpasswd -B',
      );
    }
    if (users.size === unusableLines.length) {
      log.warn({ path }, `nobody can log in. Add a user: lading htpasswd ${path} USER`);
    }
    return htpasswd;
  }
}

/** Differs when the file was changed or replaced, also behind a symbolic link. Undefined when it cannot be seen. */
async function versionOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats && `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}
