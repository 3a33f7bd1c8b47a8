import { randomBytes } from 'node:crypto';
import type { OpenBlob } from '../../blob/index.ts';
import type { Call, Reply, RouteRecord } from '../../http/index.ts';
import { matchesIfNoneMatch, parseDigest, parseRange, type RangeRequest } from '../../oci/index.ts';
import type { DistributionContext } from '../context.ts';
import { deleteBlob } from '../delete.ts';
import { findIntactBlob, openIntactBlob } from '../push-blob.ts';
import { blobUnknown } from '../refusals.ts';
import { multipartBody, singleBody } from './blob-body.ts';
import { repositoryAccess, repositoryOf } from './scope.ts';

/** Pulling and deleting blobs: distribution-spec v1.1.1, end-2, end-10. */
export function blobRoutes(context: DistributionContext): RouteRecord[] {
  const path = '/v2/{name+}/blobs/{digest}';
  return [
    {
      name: 'blob.get',
      method: 'GET',
      path,
      access: repositoryAccess('pull'),
      handle: (call) => getBlob(context, call),
    },
    {
      name: 'blob.delete',
      method: 'DELETE',
      path,
      access: repositoryAccess('delete'),
      async handle(call) {
        await deleteBlob(context, repositoryOf(call.params), parseDigest(call.params.digest ?? ''));
        return { status: 202 };
      },
    },
  ];
}

async function getBlob(context: DistributionContext, call: Call): Promise<Reply> {
  const repository = repositoryOf(call.params);
  const digest = parseDigest(call.params.digest ?? '');
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
    'Accept-Ranges': 'bytes',
    // What a digest names never changes. `private`: a shared cache must not serve it to who may not pull it.
    'Cache-Control': 'private, max-age=31536000',
  };
  const isKnown = matchesIfNoneMatch(call.header('if-none-match'), digest);
  // RFC 9110 §14.2: Range is defined for GET alone.
  if (isKnown || call.method === 'HEAD') {
    const sizeBytes = await findIntactBlob(context, repository, digest);
    if (sizeBytes === undefined) throw blobUnknown(repository, digest);
    return isKnown ? { status: 304, headers } : { status: 200, headers, body: { lengthBytes: sizeBytes } };
  }
  const blob = await openIntactBlob(context, repository, digest);
  if (blob === undefined) throw blobUnknown(repository, digest);
  try {
    // RFC 9110 §13.1.5: a range of another version than the client has is no use to it.
    const isSameVersion = matchesIfNoneMatch(call.header('if-range') ?? '*', digest);
    const request = parseRange(isSameVersion ? call.header('range') : undefined, blob.sizeBytes);
    return replyWith(blob, request, headers);
  } catch (error) {
    await blob.close();
    throw error;
  }
}

/** Owns the blob. */
function replyWith(blob: OpenBlob, request: RangeRequest, headers: Record<string, string>): Reply {
  if (request.kind === 'whole') {
    return { status: 200, headers, body: singleBody(blob, { start: 0, endExclusive: blob.sizeBytes }) };
  }
  const [first, second] = request.ranges;
  if (first && !second) {
    const contentRange = `bytes ${first.start}-${first.endExclusive - 1}/${blob.sizeBytes}`;
    return {
      status: 206,
      headers: { ...headers, 'Content-Range': contentRange },
      body: singleBody(blob, first),
    };
  }
  const boundary = randomBytes(16).toString('hex');
  return {
    status: 206,
    headers: { ...headers, 'Content-Type': `multipart/byteranges; boundary=${boundary}` },
    body: multipartBody(blob, request.ranges, boundary),
  };
}
