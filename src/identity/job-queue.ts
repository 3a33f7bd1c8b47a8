import { OciError } from '../oci/index.ts';

export interface JobQueue {
  /** Runs the job when its turn comes. `place`: who asks. Throws `OciError` TOOMANYREQUESTS when too many wait already. */
  run<Result>(job: () => Promise<Result>, place?: string): Promise<Result>;
}

interface Waiting {
  start(): void;
  refuse(): void;
}

/**
 * At most `concurrency` jobs run at once and `maxWaiting` wait. Places take turns, and within one it is first come first
 * served: whoever sends many waits for himself. When it is full, the longest line gives way to a place with less.
 */
export function createJobQueue(limits: {
  readonly concurrency: number;
  readonly maxWaiting: number;
}): JobQueue {
  let running = 0;
  let waiting = 0;
  /** In the order of their turns; none is empty. */
  const lines = new Map<string, Waiting[]>();

  return {
    async run(job, place = '') {
      if (running < limits.concurrency) running += 1;
      // Whoever ends hands its place on, so that nobody can slip in between.
      else await queue(place);
      try {
        return await job();
      } finally {
        const next = takeNext();
        if (next) next.start();
        else running -= 1;
      }
    },
  };

  function queue(place: string): Promise<void> {
    if (waiting >= limits.maxWaiting && !makeRoom(place)) return Promise.reject(tooMany());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const line = lines.get(place) ?? [];
    line.push({ start: resolve, refuse: () => reject(tooMany()) });
    lines.set(place, line);
    waiting += 1;
    return promise;
  }

  function takeNext(): Waiting | undefined {
    for (const [place, line] of lines) {
      lines.delete(place);
      const next = line.shift();
      // After the others.
      if (line.length > 0) lines.set(place, line);
      waiting -= 1;
      return next;
    }
    return undefined;
  }

  /** Whether another place had so much more that its last one went. */
  function makeRoom(place: string): boolean {
    const [longest = []] = [...lines.values()].sort((a, b) => b.length - a.length);
    if (longest.length <= (lines.get(place)?.length ?? 0) + 1) return false;
    longest.pop()?.refuse();
    waiting -= 1;
    return true;
  }
}

function tooMany(): OciError {
  return new OciError('TOOMANYREQUESTS', 'Too many logins at once. Try again in a moment.', {
    headers: { 'Retry-After': '2' },
  });
}
