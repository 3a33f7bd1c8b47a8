import { answer, createRouter, type Guard, type Listener, listen, type RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';

/** These routes behind this guard on 127.0.0.1, over real HTTP. Whoever calls it closes it. */
export function serveRoutes(options: {
  readonly routes: readonly RouteRecord[];
  readonly guard: Guard;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Listener> {
  const { routes, guard, clock, log } = options;
  const router = createRouter(routes);
  return listen({
    host: '127.0.0.1',
    port: 0,
    http2: false,
    onRequest: (request, response) =>
      void answer(request, response, {
        router,
        guard,
        clock,
        log,
        headers: {},
        prefix: '/',
        externalUrl: undefined,
        onFinished: () => {},
        isDraining: () => false,
      }),
  });
}
