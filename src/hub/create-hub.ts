import { type DistributionSettings, permittedRoute } from '../distribution/index.ts';
import type { RouteRecord } from '../http/index.ts';
import type { Subscriber } from '../jobs/index.ts';
import type { ApiLogins } from './api-logins.ts';
import { createContentReader } from './content/content-reader.ts';
import { manifestRoutes } from './content/manifest-routes.ts';
import { tagRoutes } from './content/tag-routes.ts';
import type { HubContext, HubNeeds } from './context.ts';
import { dockerHubRoutes } from './docker-hub/docker-hub-routes.ts';
import { hubSubscribers } from './hub-subscribers.ts';
import { categoryRoutes } from './routes/category-routes.ts';
import { repositoryRoutes } from './routes/repository-routes.ts';
import { searchRoutes } from './routes/search-routes.ts';
import { starRoutes } from './routes/star-routes.ts';
import { v1Routes } from './routes/v1-routes.ts';
import { createSearchIndex } from './search/create-search-index.ts';
import { createStorageScan } from './storage-used/create-storage-scan.ts';
import { storageRoutes } from './storage-used/storage-routes.ts';

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

export interface HubOptions {
  /** What of the registry's operations is switched off is so here, too. */
  readonly switches: Pick<DistributionSettings, 'deleteEnabled' | 'readOnly'>;
  /** Undefined where there are no accounts. */
  readonly apiLogins: ApiLogins | undefined;
}

export function createHub(needs: HubNeeds, { switches, apiLogins }: HubOptions): Hub {
  const context: HubContext = { ...needs, reader: createContentReader(needs.distribution) };
  const index = createSearchIndex(context);
  const scan = createStorageScan(context);
  const content = [...tagRoutes(context), ...manifestRoutes(context)];
  async function close(): Promise<void> {
    await Promise.all([index.close(), scan.close()]);
  }
  return {
    routes: [
      ...repositoryRoutes(context),
      ...starRoutes(context),
      ...categoryRoutes(context),
      ...searchRoutes(context, index),
      ...v1Routes(context),
      ...content.map((route) => permittedRoute(route, switches)),
      ...storageRoutes(context, scan),
      ...(apiLogins ? dockerHubRoutes(context, apiLogins) : []),
    ],
    subscribers: hubSubscribers({ index }),
    async start() {
      if (!(await index.isCurrent())) index.rebuildLater();
    },
    rebuildSearchIndex: (signal) => index.rebuild(signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}
