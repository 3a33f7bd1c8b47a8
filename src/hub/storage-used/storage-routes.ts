import { getNamespaceStorage, getRegistryStorage, getRepositoryStorage } from '../../api/index.ts';
import { parseRepositoryName } from '../../oci/index.ts';
import { type ApiRoute, apiRoute } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { getRepositoryFacts, isoTime } from '../profile/repository-views.ts';
import { administer, onRepository } from '../routes/administrators.ts';
import type { StorageScan } from './create-storage-scan.ts';
import { measureRepository } from './measure-repository.ts';

/**
 * Who could compare with everybody could push a file and learn whether a private repository has it: those who do not
 * run the registry see the sharing within their namespace.
 */
export function storageRoutes(context: HubContext, scan: StorageScan): ApiRoute[] {
  const nothing = { logicalBytes: 0, ownBytes: 0, sharedBytes: 0, blobs: 0, repositories: 0 };
  return [
    apiRoute(getRepositoryStorage, {
      access: onRepository('pull'),
      async handle({ params, call }) {
        const { name } = await getRepositoryFacts(context, parseRepositoryName(params.name));
        const within = (await call.may(administer)) ? ('registry' as const) : ('namespace' as const);
        const { ownBytes, sharedBytes, blobs } = await measureRepository(context, name, within);
        return {
          body: {
            repository: name,
            logical_bytes: ownBytes + sharedBytes,
            own_bytes: ownBytes,
            shared_bytes: sharedBytes,
            blob_count: blobs,
            compared_with: within,
          },
        };
      },
    }),

    apiRoute(getNamespaceStorage, {
      access: ({ namespace }) => ({ type: 'namespace', name: namespace, actions: ['settings'] }),
      async handle({ params: { namespace }, call }) {
        const { namespaces, measuredAt } = await scan.measure();
        const used = namespaces.get(namespace) ?? nothing;
        const isAdministrator = await call.may(administer);
        return {
          body: {
            namespace,
            logical_bytes: used.logicalBytes,
            own_bytes: isAdministrator ? used.ownBytes : used.ownBytes + used.sharedBytes,
            shared_bytes: isAdministrator ? used.sharedBytes : 0,
            blob_count: used.blobs,
            repository_count: used.repositories,
            measured_at: isoTime(measuredAt),
            compared_with: isAdministrator ? ('registry' as const) : ('namespace' as const),
          },
        };
      },
    }),

    apiRoute(getRegistryStorage, {
      access: () => administer,
      async handle() {
        const { registry, measuredAt } = await scan.measure();
        return {
          body: {
            logical_bytes: registry.logicalBytes,
            stored_bytes: registry.ownBytes + registry.sharedBytes,
            shared_bytes: registry.sharedBytes,
            blob_count: registry.blobs,
            repository_count: registry.repositories,
            measured_at: isoTime(measuredAt),
          },
        };
      },
    }),
  ];
}
