import type { Call, Reply, RouteRecord } from '../../http/index.ts';
import { mediaTypes, parseDigest, parsePageSize } from '../../oci/index.ts';
import type { DistributionContext } from '../context.ts';
import { listReferrers } from '../list-referrers.ts';
import type { ReferrerRow } from '../store/referrers.ts';
import { repositoryAccess, repositoryOf } from './scope.ts';

const PAGE = 1000;

/** distribution-spec v1.1.1, "Listing Referrers" (end-12). Never 404: what nobody refers to has an empty list. */
export function referrerRoutes(context: DistributionContext): RouteRecord[] {
  return [
    {
      name: 'referrers.list',
      method: 'GET',
      path: '/v2/{name+}/referrers/{digest}',
      access: repositoryAccess('pull'),
      handle: (call) => getReferrers(context, call),
    },
  ];
}

async function getReferrers(context: DistributionContext, call: Call): Promise<Reply> {
  const repository = repositoryOf(call.params);
  const subject = parseDigest(call.params.digest ?? '');
  const artifactType = call.query.get('artifactType') || undefined;
  const asked = parsePageSize(call.query.get('n') ?? undefined, { defaultSize: PAGE, maximum: PAGE });
  const limit = Math.max(1, asked);
  const after = call.query.get('last') ?? '';
  const { referrers, hasMore } = await listReferrers(context.db.reads, {
    repository,
    subject,
    artifactType,
    after,
    limit,
  });
  const manifests = referrers.map(toDescriptor);
  const last = hasMore ? referrers.at(-1)?.digest : undefined;
  return {
    status: 200,
    headers: {
      'Content-Type': mediaTypes.ociIndex,
      ...(artifactType !== undefined && { 'OCI-Filters-Applied': 'artifactType' }),
      ...(last !== undefined && { Link: `<${call.path(nextPage())}>; rel="next"` }),
    },
    body: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })),
  };

  function nextPage(): string {
    const query = new URLSearchParams({ last: last ?? '', n: String(limit) });
    if (artifactType !== undefined) query.set('artifactType', artifactType);
    return `/v2/${repository}/referrers/${subject}?${query}`;
  }
}

function toDescriptor(referrer: ReferrerRow) {
  const { mediaType, digest, sizeBytes: size, artifactType, annotations } = referrer;
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  };
}
