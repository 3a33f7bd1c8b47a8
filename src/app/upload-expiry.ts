import type { BlobStore } from '../blob/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Settings } from './configuration/index.ts';

/** Drops abandoned uploads, now and at every interval. `close` stops it and waits for a run in progress. */
export function startUploadExpiry(options: {
  blobs: BlobStore;
  isActive: (id: string) => boolean;
  settings: Settings['uploadExpiry'];
  clock: Clock;
  log: Logger;
}): { close(): Promise<void> } {
  const { blobs, isActive, settings, clock, log } = options;
  if (!settings.enabled || settings.dryRun) return { close: async () => {} };
  const stop = new AbortController();

  async function run(): Promise<void> {
    try {
      const before = clock.now() - settings.ageMs;
      const dropped = await blobs.expireUploads({ before, isActive, signal: stop.signal });
      if (dropped.uploads > 0) log.info(dropped, 'abandoned uploads were dropped');
    } catch (error) {
      if (!stop.signal.aborted) log.error({ err: error }, 'abandoned uploads could not be dropped');
    }
  }

  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, settings.intervalMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      stop.abort();
      await running;
    },
  };
}
