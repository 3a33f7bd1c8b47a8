import { createOpenGuard } from '../access/index.ts';
import { answer, createRouter, jsonReply, type RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { HttpSettings } from './configuration/index.ts';
import type { Readiness } from './health.ts';
import { listenAt } from './server.ts';

/**
 * The operator's own address (`http.debug.addr`): metrics for Prometheus, and `/debug/health`, which probes of a
 * registry:2 ask. Without login, so it belongs on an address that only the operator reaches.
 */
export async function startDebugServer(options: {
  settings: NonNullable<HttpSettings['debug']>;
  metrics: Metrics;
  readiness: Readiness;
  clock: Clock;
  log: Logger;
}): Promise<AsyncDisposable> {
  const { settings, clock, log } = options;
  const router = createRouter(debugRoutes(options));
  const listener = await listenAt({
    host: settings.host,
    port: settings.port,
    http2: false,
    onRequest: (request, response) => {
      void answer(request, response, {
        router,
        guard: createOpenGuard(),
        clock,
        log,
        headers: {},
        prefix: '/',
        externalUrl: undefined,
        onFinished: () => {},
        isDraining: () => false,
      });
    },
  });
  const { address, port } = listener.address;
  log.info({ address, port }, `Metrics and health for operators are on ${address} port ${port}.`);
  return { [Symbol.asyncDispose]: () => listener.close(0) };
}

function debugRoutes(options: {
  settings: NonNullable<HttpSettings['debug']>;
  metrics: Metrics;
  readiness: Readiness;
}): RouteRecord[] {
  const { settings, metrics, readiness } = options;
  const health: RouteRecord = {
    name: 'debug.health',
    method: 'GET',
    path: '/debug/health',
    access: () => 'public',
    async handle() {
      const reason = await readiness.check();
      return reason === undefined ? jsonReply(200, {}) : jsonReply(503, { storagedriver: reason });
    },
  };
  if (!settings.prometheus.enabled) return [health];
  return [
    health,
    {
      name: 'debug.metrics',
      method: 'GET',
      path: settings.prometheus.path,
      access: () => 'public',
      async handle() {
        const { contentType, text } = await metrics.render();
        return { status: 200, headers: { 'Content-Type': contentType }, body: Buffer.from(text) };
      },
    },
  ];
}
