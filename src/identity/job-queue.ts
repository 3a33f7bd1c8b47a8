import { OciError } from '../oci/index.ts';

export interface JobQueue {
  /** Runs the job when its turn comes. Throws `OciError` TOOMANYREQUESTS when too many wait already. */
  run<Result>(job: () => Promise<Result>): Promise<Result>;
}

/** At most `concurrency` jobs run at once and `maxWaiting` wait, first come first served. */
export function createJobQueue(limits: {
  readonly concurrency: number;
  readonly maxWaiting: number;
}): JobQueue {
  let running = 0;
  const waiting: (() => void)[] = [];

  return {
    async run(job) {
      if (running < limits.concurrency) running += 1;
      else if (waiting.length < limits.maxWaiting) {
        // Whoever ends hands its place on, so that nobody can slip in between.
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else {
        throw new OciError('TOOMANYREQUESTS', 'Too many logins at once. Try again in a moment.', {
          headers: { 'Retry-After': '2' },
        });
      }
      try {
        return await job();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
