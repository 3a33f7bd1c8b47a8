import { createDistribution } from '../distribution/index.ts';
import {
  answer,
  createRouter,
  type Guard,
  type Listener,
  listen,
  type RequestRecord,
} from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { HttpSettings, Settings } from './configuration/index.ts';
import { createReadiness, healthRoutes } from './health.ts';
import { openStorage } from './storage.ts';
import { startUploadExpiry } from './upload-expiry.ts';

export interface App {
  /** Where it listens: `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Stops accepting, lets requests in flight end (configuration `http.draintimeout`), then closes everything. */
  close(): Promise<void>;
}

/** The only place that picks the parts and puts them together. Listens when it resolves. */
export async function startApp(options: { settings: Settings; clock: Clock; log: Logger }): Promise<App> {
  const { settings, clock, log } = options;
  await using started = new AsyncDisposableStack();
  let draining = false;
  const isDraining = () => draining;

  const storage = await openStorage({ storage: settings.storage, exclusive: true, clock, log });
  started.defer(() => storage.close());
  const { blobs, db } = storage;

  const distribution = createDistribution({ blobs, db, clock, log, onTreeChange: () => {} }, settings);
  const expiry = startUploadExpiry({
    blobs,
    isActive: distribution.uploads.isActive,
    settings: settings.uploadExpiry,
    clock,
    log,
  });
  started.defer(() => expiry.close());

  const metrics = createMetrics();
  const readDatabase = () => db.reads.selectFrom('registry_state').select('key').limit(1).execute();
  const readiness = createReadiness({ blobs, readDatabase, isDraining, clock, log });
  const router = createRouter([...distribution.routes, ...healthRoutes(readiness)]);
  const guard: Guard = { admit: async () => ({ actor: undefined, may: async () => true }) };

  const onFinished = (record: RequestRecord) => {
    metrics.observeRequest(record);
    if (!settings.log.accessLogDisabled) log.info(record, 'request');
  };
  const { http } = settings;
  const listener = await listen({
    host: http.host,
    port: http.port,
    http2: http.http2Enabled,
    onRequest: (request, response) => {
      void answer(request, response, {
        router,
        guard,
        clock,
        log,
        headers: http.headers,
        prefix: http.prefix,
        externalUrl: http.relativeUrls ? undefined : http.externalUrl,
        onFinished,
        isDraining,
      });
    },
  });
  started.defer(() => listener.close(http.drainTimeoutMs));

  const running = started.move();
  return {
    url: urlOf(listener, http),
    async close() {
      draining = true;
      await running.disposeAsync();
    },
  };
}

function urlOf(listener: Listener, http: HttpSettings): string {
  const { address, port } = listener.address;
  const host = address.includes(':') ? `[${address}]` : address;
  return `${http.tls ? 'https' : 'http'}://${host}:${port}`;
}
