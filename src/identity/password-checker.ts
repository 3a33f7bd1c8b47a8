import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/index.ts';
import { createJobQueue } from './job-queue.ts';

/** Every request carries the password, and bcrypt takes 60 ms where an HMAC takes microseconds. */
const REMEMBER_MS = 5 * 60_000;
const MAX_REMEMBERED = 10_000;
/**
 * Hashes run on the threads of libuv, which read and write blobs too: guessing passwords may fill two of them. One queue
 * for all: how soon guesses are answered must not depend on whether there is such a user.
 */
const QUEUE = { concurrency: 2, maxWaiting: 256 };

export interface PasswordAttempt {
  readonly user: string;
  readonly password: string;
  /** As `compare` understands it. */
  readonly hash: string;
  /** From where: places take turns, so that a flood from one keeps nobody out who comes from another. */
  readonly place: string;
}

export interface PasswordCheckerOptions {
  readonly clock: Clock;
  readonly compare: (password: string, hash: string) => Promise<boolean>;
}

export interface PasswordChecker {
  /** Whether this very attempt was right a short while ago. Costs no hash. */
  recalls(attempt: PasswordAttempt): boolean;
  /** Throws `OciError` TOOMANYREQUESTS when too many passwords wait to be hashed. */
  matches(attempt: PasswordAttempt): Promise<boolean>;
}

/**
 * Compares passwords with `compare`, which is slow, and remembers for a short while which were right. What was wrong is not remembered:
 * guesses would push the right ones out. Equal attempts at the same time are hashed once.
 */
export function createPasswordChecker({ clock, compare }: PasswordCheckerOptions): PasswordChecker {
  // Only keyed digests are kept, so that neither the heap nor the time of a look-up tells anything of a password.
  const secret = randomBytes(32);
  const rightUntil = new Map<string, number>();
  const inProgress = new Map<string, Promise<boolean>>();
  const queue = createJobQueue(QUEUE);

  return {
    recalls: (attempt) => isRemembered(keyOf(attempt)),
    async matches(attempt) {
      const key = keyOf(attempt);
      if (isRemembered(key)) return true;
      return inProgress.get(key) ?? start(key, attempt);
    },
  };

  /** The hash is part of the key: a password that was set again is another key at once. */
  function keyOf({ user, hash, password }: PasswordAttempt): string {
    return createHmac('sha256', secret).update(`${user}\0${hash}\0${password}`).digest('base64');
  }

  function isRemembered(key: string): boolean {
    const until = rightUntil.get(key);
    if (until === undefined) return false;
    rightUntil.delete(key);
    if (clock.now() >= until) return false;
    // Last in the map: used most recently. Who goes on using it need not hash again, come what flood may.
    rightUntil.set(key, clock.now() + REMEMBER_MS);
    return true;
  }

  function start(key: string, { password, hash, place }: PasswordAttempt): Promise<boolean> {
    const finished = queue
      .run(() => compare(password, hash), place)
      .then((right) => {
        if (right) remember(key);
        return right;
      })
      .finally(() => inProgress.delete(key));
    inProgress.set(key, finished);
    return finished;
  }

  function remember(key: string): void {
    rightUntil.set(key, clock.now() + REMEMBER_MS);
    if (rightUntil.size <= MAX_REMEMBERED) return;
    const [oldest] = rightUntil.keys();
    if (oldest !== undefined) rightUntil.delete(oldest);
  }
}
