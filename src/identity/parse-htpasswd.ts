import { splitHtpasswdLine } from './htpasswd-line.ts';
import { IdentityError } from './identity-error.ts';

/** More rounds than anybody uses for logins; 2^16 take seconds of a thread for each guess, 2^31 take days. */
const MAX_COST = 15;
const MIN_COST = 4;
/** When no user can log in. */
const DEFAULT_COST = 10;

export interface HtpasswdEntry {
  /** As written in the file. Changes whenever the password is set again. */
  readonly hash: string;
  /** The bcrypt cost, or undefined when no password can ever match. */
  readonly cost: number | undefined;
}

export interface Htpasswd {
  readonly users: ReadonlyMap<string, HtpasswdEntry>;
  /** Numbers of the lines whose users can never log in. */
  readonly unusableLines: readonly number[];
  /** The cost that most users have. */
  readonly usualCost: number;
}

/**
 * Reads `user:hash` lines as registry:2 does: blank lines and `#` comments are skipped, of several lines for a user
 * the last counts, only bcrypt (`$2y$`, `$2a$`, `$2b$`) can match. A cost over 15 cannot match either: a single
 * request would hold a thread for seconds to days. Throws `htpasswd-invalid` for a line without a colon, naming the
 * line by its number alone, because it may be a password.
 */
export function parseHtpasswd(text: string, path: string): Htpasswd {
  const users = new Map<string, HtpasswdEntry>();
  const unusableLines: number[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = splitHtpasswdLine(raw);
    if (!line) continue;
    const { user, hash } = line;
    if (hash === undefined) {
      throw new IdentityError(
        'htpasswd-invalid',
        `${path}:${index + 1}: this line has no ":". Lines are USER:HASH, as lading htpasswd ${path} USER writes them.`,
      );
    }
    const cost = costOf(hash);
    if (cost === undefined) unusableLines.push(index + 1);
    users.set(user, { hash, cost });
  }
  return { users, unusableLines, usualCost: usualCostOf(users) };
}

function usualCostOf(users: ReadonlyMap<string, HtpasswdEntry>): number {
  const counts = new Map<number, number>();
  for (const { cost } of users.values()) {
    if (cost !== undefined) counts.set(cost, (counts.get(cost) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? DEFAULT_COST;
}

function costOf(hash: string): number | undefined {
  const cost = Number(/^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1]);
  return cost >= MIN_COST && cost <= MAX_COST ? cost : undefined;
}
