import { createOpenGuard } from '../access/index.ts';
import { answer, createRouter, jsonReply, type Listener, type RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { HttpSettings } from './configuration/index.ts';
import { listenAt } from './server.ts';

/**
 * The operator's own address (`http.debug.addr`): metrics for Prometheus, and `/debug/health`, which probes of a
 * registry:2 ask. Without login, so it belongs on an address that only the operator reaches.
 */
export async function startDebugServer(options: {
  settings: NonNullable<HttpSettings['debug']>;
  metrics: Metrics;
  clock: Clock;
  log: Logger;
}): Promise<Listener> {
  const { settings, metrics, clock, log } = options;
  const router = createRouter(debugRoutes(settings, metrics));
  return listenAt({
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
}

function debugRoutes(settings: NonNullable<HttpSettings['debug']>, metrics: Metrics): RouteRecord[] {
  const health: RouteRecord = {
    name: 'debug.health',
    method: 'GET',
    path: '/debug/health',
    access: () => 'public',
    handle: async () => jsonReply(200, {}),
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
