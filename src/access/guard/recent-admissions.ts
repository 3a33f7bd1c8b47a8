import type { Admission, AdmissionRequest } from '../../http/index.ts';
import type { Clock } from '../../kernel/index.ts';

/** What another process changes counts this much later; what this one changes counts at once. */
const REMEMBERED_MS = 100;
/** With the one below, a bound on memory: 8 MB. */
const MAX_REMEMBERED = 2_000;
/** A token for a few repositories is 1 KB; what is much longer is decided about each time. */
const MAX_LENGTH = 4 * 1024;

/** Admissions of the last moments, by what was sent and what was asked: clients pull layer after layer with one token. */
export interface RecentAdmissions {
  find(request: AdmissionRequest): Admission | undefined;
  /** `version` as it was before it was decided: what changed meanwhile makes the admission an old one. */
  put(request: AdmissionRequest, admission: Admission, version: number): void;
  version(): number;
}

/** Only reads of the registry with a token of the token service, which notes no use of it. */
export function createRecentAdmissions(options: {
  readonly clock: Clock;
  /** Another number after each change of who is who, of who may what, and of what is logged in. */
  readonly version: () => number;
}): RecentAdmissions {
  const { clock, version } = options;
  const entries = new Map<string, { admission: Admission; version: number; at: number }>();

  return {
    find(request) {
      const key = keyOf(request);
      const known = key === undefined ? undefined : entries.get(key);
      if (!known || known.version !== version()) return undefined;
      return Math.abs(clock.now() - known.at) < REMEMBERED_MS ? known.admission : undefined;
    },
    version,
    put(request, admission, asOf) {
      const key = keyOf(request);
      if (key === undefined) return;
      entries.delete(key);
      entries.set(key, { admission, version: asOf, at: clock.now() });
      if (entries.size <= MAX_REMEMBERED) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}

function keyOf({ access, authorization, surface, method }: AdmissionRequest): string | undefined {
  if (typeof access === 'string' || surface !== 'registry' || (method !== 'GET' && method !== 'HEAD')) {
    return undefined;
  }
  if (authorization === undefined || authorization.length > MAX_LENGTH) return undefined;
  if (!isRegistryToken(authorization)) return undefined;
  return `${access.type}:${access.name}:${access.actions} ${authorization}`;
}

/** A JWT has dots, an access token has none. */
function isRegistryToken(authorization: string): boolean {
  return /^bearer /i.test(authorization) && authorization.includes('.');
}
