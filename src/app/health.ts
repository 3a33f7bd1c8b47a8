import type { BlobStore } from '../blob/index.ts';
import { jsonReply, type RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';

/** However often load balancers ask, the disk is written to for it no more often than this. */
const READINESS_MS = 1_000;

export interface Readiness {
  /** Undefined when pushes and pulls can be served, else why not (for an operator). */
  check(): Promise<string | undefined>;
}

export function createReadiness(options: {
  blobs: BlobStore;
  readDatabase: () => Promise<unknown>;
  isDraining: () => boolean;
  clock: Clock;
  log: Logger;
}): Readiness {
  let last: { at: number; result: Promise<string | undefined> } | undefined;
  async function look(): Promise<string | undefined> {
    try {
      await options.readDatabase();
      await options.blobs.checkHealth();
      return undefined;
    } catch (error) {
      options.log.error({ err: error }, 'not ready');
      return error instanceof Error ? error.message : String(error);
    }
  }
  return {
    async check() {
      if (options.isDraining()) return 'The server is stopping.';
      const now = options.clock.now();
      if (!last || now - last.at >= READINESS_MS) last = { at: now, result: look() };
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
