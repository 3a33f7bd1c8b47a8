import type { RouteRecord } from '../http/index.ts';
import type { Subscriber } from '../jobs/index.ts';
import type { HubContext } from './context.ts';
import { hubSubscribers } from './hub-subscribers.ts';
import { categoryRoutes } from './routes/category-routes.ts';
import { repositoryRoutes } from './routes/repository-routes.ts';
import { searchRoutes } from './routes/search-routes.ts';
import { starRoutes } from './routes/star-routes.ts';
import { v1Routes } from './routes/v1-routes.ts';
import { createSearchIndex } from './search/create-search-index.ts';

/** Search, descriptions, stars and counts beside the registry. */
export interface Hub extends AsyncDisposable {
  readonly routes: readonly RouteRecord[];
  /** For the runner of events. */
  readonly subscribers: readonly Subscriber[];
  /** Makes the search index anew in the background if it is not for this program and these rights. Call it once. */
  start(): Promise<void>;
  /** Makes the search index anew; answers how many repositories it holds. */
  rebuildSearchIndex(signal: AbortSignal): Promise<number>;
  /** Stops what goes on in the background. */
  close(): Promise<void>;
}

export function createHub(context: HubContext): Hub {
  const index = createSearchIndex(context);
  return {
    routes: [
      ...repositoryRoutes(context),
      ...starRoutes(context),
      ...categoryRoutes(context),
      ...searchRoutes(context, index),
      ...v1Routes(context),
    ],
    subscribers: hubSubscribers({ index }),
    async start() {
      if (!(await index.isCurrent())) index.rebuildLater();
    },
    rebuildSearchIndex: (signal) => index.rebuild(signal),
    close: () => index.close(),
    [Symbol.asyncDispose]: () => index.close(),
  };
}
