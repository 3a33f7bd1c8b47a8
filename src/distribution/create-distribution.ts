import type { RouteRecord } from '../http/index.ts';
import { whenReady } from '../kernel/index.ts';
import type { DistributionContext } from './context.ts';
import { baseRoutes } from './endpoints/base.ts';
import { blobRoutes } from './endpoints/blob.ts';
import { listRoutes } from './endpoints/lists.ts';
import { manifestRoutes } from './endpoints/manifest.ts';
import { referrerRoutes } from './endpoints/referrers.ts';
import { notAllowedHere } from './endpoints/scope.ts';
import { uploadRoutes } from './endpoints/upload.ts';
import { toOciError } from './refusals.ts';
import { createUploadSessions, type UploadSessions } from './upload-sessions.ts';

export interface DistributionSettings {
  readonly deleteEnabled: boolean;
  readonly readOnly: boolean;
  readonly catalogMaxEntries: number;
  /** Most tags in one answer, also when a client does not ask for pages. Undefined: no limit. */
  readonly tagsMaxTags?: number;
  /** Whether images are taken whose config or layers the repository does not have. */
  readonly sparseManifests: boolean;
}

export interface Distribution {
  readonly routes: readonly RouteRecord[];
  readonly uploads: UploadSessions;
}

/** The OCI Distribution API over a blob store and a database. */
export function createDistribution(
  context: DistributionContext,
  settings: DistributionSettings,
): Distribution {
  const uploads = createUploadSessions(context.blobs);
  const routes = [
    ...baseRoutes(),
    ...blobRoutes(context),
    ...uploadRoutes(context, uploads),
    ...manifestRoutes(context, settings),
    ...listRoutes(context, settings),
    ...referrerRoutes(context),
  ];
  return { uploads, routes: routes.map((route) => inProtocolTerms(permittedRoute(route, settings))) };
}

/** Refuses what the operator has switched off. */
export function permittedRoute<Route extends RouteRecord>(
  route: Route,
  settings: Pick<DistributionSettings, 'deleteEnabled' | 'readOnly'>,
): Route {
  const isRead = route.method === 'GET' || route.method === 'HEAD';
  const isDelete = route.method === 'DELETE' && route.name !== 'upload.cancel';
  if (settings.readOnly && !isRead) {
    const text = 'The registry is read-only now (storage.maintenance.readonly).';
    return { ...route, handle: () => Promise.reject(notAllowedHere(text)) };
  }
  if (!settings.deleteEnabled && isDelete) {
    const text = 'Deletion is switched off here (storage.delete.enabled: false).';
    return { ...route, handle: () => Promise.reject(notAllowedHere(text)) };
  }
  return route;
}

/** Says what a store or the database cannot do now as the protocol does: see `toOciError`. */
export function inProtocolTerms<Route extends RouteRecord>(route: Route): Route {
  return {
    ...route,
    handle: (call) =>
      whenReady(
        () => route.handle(call),
        (reply) => reply,
        (error) => {
          throw toOciError(error);
        },
      ),
  };
}
