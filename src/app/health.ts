import type { BlobStore } from '../blob/index.ts';
import { jsonReply, type RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Settings } from './configuration/index.ts';

export interface Readiness {
  /** Undefined when pushes and pulls can be served, else why not (for an operator). */
  check(): Promise<string | undefined>;
}

/**
 * Tries database and store, no more often than configured, and counts them as failing after so many failures in a
 * row (configuration `health.storagedriver`).
 */
export function createReadiness(options: {
  blobs: BlobStore;
  /** Throws when the database cannot be read and written. */
  tryDatabase: () => Promise<unknown>;
  settings: Settings['health']['storageDriver'];
  isDraining: () => boolean;
  clock: Clock;
  log: Logger;
}): Readiness {
  const { settings, clock, log } = options;
  let failures = 0;
  let last: { at: number; result: Promise<string | undefined> } | undefined;

  async function look(): Promise<string | undefined> {
    try {
      await options.tryDatabase();
      await options.blobs.checkHealth();
      failures = 0;
      return undefined;
    } catch (error) {
      failures += 1;
      log.error({ err: error, failures }, 'the storage does not work');
      return failures >= settings.threshold ? String(error) : undefined;
    }
  }

  return {
    async check() {
      if (options.isDraining()) return 'The server is stopping.';
      if (!settings.enabled) return undefined;
      const now = clock.now();
      if (!last || now - last.at >= settings.intervalMs) last = { at: now, result: look() };
      return last.result;
    },
  };
}

/** `/livez`: the process answers. `/readyz`: it can serve pushes and pulls; 503 otherwise. For probes, without login. */
export function healthRoutes(readiness: Readiness): RouteRecord[] {
  return [
    {
      name: 'livez',
      method: 'GET',
      path: '/livez',
      access: () => 'public',
      handle: async () => jsonReply(200, { status: 'ok' }),
    },
    {
      name: 'readyz',
      method: 'GET',
      path: '/readyz',
      access: () => 'public',
      async handle() {
        const reason = await readiness.check();
        // The reason names paths of the server: it is in the log, not in an answer that anybody may read.
        return reason === undefined
          ? jsonReply(200, { status: 'ok' })
          : jsonReply(503, { status: 'unavailable' });
      },
    },
  ];
}
