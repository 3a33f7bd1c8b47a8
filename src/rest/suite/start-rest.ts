import { join } from 'node:path';
import { openSqlite } from '../../db/index.ts';
import type { Actor, Guard, RouteRecord } from '../../http/index.ts';
import {
  createCapturingLogger,
  createFakeClock,
  startTestServer,
  temporaryFolder,
} from '../../testing/index.ts';
import type { RateLimit } from '../limits/create-rate-limiter.ts';
import type { Limits } from '../limits/limited-route.ts';
import { restRoutes } from '../rest-routes.ts';
import { type RestTables, restMigrations } from '../tables.ts';

const anybody: RateLimit = { perMinute: 1000 };

/** The API over real HTTP. `Authorization: Test NAME` is who asks. */
export async function startRest(
  routes: readonly RouteRecord[],
  limits: Limits = { known: anybody, anybody },
) {
  const folder = await temporaryFolder();
  const db = await openSqlite<RestTables>({ file: join(folder.path, 'rest.db'), migrations: restMigrations });
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const mounted = () => restRoutes({ routes, version: '1.2.3', db, clock, log, limits });
  let server = await startTestServer({ store: 'memory', guard, routes: mounted() });
  return {
    get port() {
      return server.port;
    },
    db,
    clock,
    log,
    /** As after a new start of the process: what was in memory alone is gone. */
    async restart() {
      await server.close();
      server = await startTestServer({ store: 'memory', guard, routes: mounted() });
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await db.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const guard: Guard = {
  async admit({ authorization }) {
    const name = authorization?.replace(/^Test /, '');
    return { actor: name === undefined ? undefined : actorOf(name), may: async () => true };
  },
};

function actorOf(name: string): Actor {
  const credential = { kind: 'token' as const, id: 'id', scope: undefined };
  return { kind: 'user', name, accountId: name.length, isAdministrator: false, credential };
}
