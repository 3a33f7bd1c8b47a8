import type { Call, Reply, RouteRecord } from '../../http/index.ts';
import { andThen, type NowOrLater } from '../../kernel/index.ts';
import { matchesIfNoneMatch, OciError, parseReference, parseTag } from '../../oci/index.ts';
import { originOf } from '../../rest/index.ts';
import type { DistributionContext } from '../context.ts';
import { deleteManifest } from '../delete.ts';
import { pushManifest } from '../push-manifest.ts';
import { manifestUnknown } from '../refusals.ts';
import { findManifest, findManifestStat, type ManifestStat } from '../store/manifests.ts';
import { repositoryAccess, repositoryOf } from './scope.ts';

/** distribution-spec v1.1.1, "Pushing Manifests": at least 4 megabytes should be possible, more is a 413. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const FIRST_BUFFER_BYTES = 16 * 1024;
/** Bounds what one request can change at once. The specification asks for at least 10. */
const MAX_TAGS = 1000;

/** Manifests: distribution-spec v1.1.1, end-3, end-7, end-9. */
export function manifestRoutes(
  context: DistributionContext,
  settings: { sparseManifests: boolean },
): RouteRecord[] {
  const path = '/v2/{name+}/manifests/{reference}';
  return [
    {
      name: 'manifest.get',
      method: 'GET',
      path,
      access: repositoryAccess('pull'),
      handle: (call) => getManifest(context, call),
    },
    {
      name: 'manifest.put',
      method: 'PUT',
      path,
      access: repositoryAccess('pull', 'push'),
      handle: (call) => putManifest(context, call, settings.sparseManifests),
    },
    {
      name: 'manifest.delete',
      method: 'DELETE',
      path,
      access: repositoryAccess('delete'),
      async handle(call) {
        const { actor } = call;
        await deleteManifest(context, {
          repository: repositoryOf(call.params),
          reference: referenceOf(call),
          actor,
          origin: originOf(call),
        });
        return { status: 202 };
      },
    },
  ];
}

function referenceOf(call: Call) {
  return parseReference(call.params.reference ?? '');
}

/** `Accept` is not looked at: the stored type is the only one there is, and clients that list less cope with it. */
function getManifest(context: DistributionContext, call: Call): NowOrLater<Reply> {
  const repository = repositoryOf(call.params);
  const reference = referenceOf(call);
  const { reads } = context.db;
  if (call.method === 'HEAD') {
    return andThen(findManifestStat(reads, repository, reference), (stat) => {
      if (!stat) throw manifestUnknown(repository, reference);
      const headers = manifestHeaders(stat);
      if (matchesIfNoneMatch(call.header('if-none-match'), stat.digest)) return { status: 304, headers };
      return { status: 200, headers, body: { lengthBytes: stat.sizeBytes } };
    });
  }
  return andThen(findManifest(reads, repository, reference), (manifest) => {
    if (!manifest) throw manifestUnknown(repository, reference);
    const { digest, content } = manifest;
    const headers = manifestHeaders(manifest);
    if (matchesIfNoneMatch(call.header('if-none-match'), digest)) return { status: 304, headers };
    const tag = reference.kind === 'tag' ? reference.tag : undefined;
    context.usage?.manifestPulled({ repository, digest, tag, actor: call.actor });
    return { status: 200, headers, body: content };
  });
}

function manifestHeaders(manifest: ManifestStat): Record<string, string> {
  return {
    // Byte-exact, without a charset: clients compare it with the descriptor's.
    'Content-Type': manifest.mediaType,
    'Docker-Content-Digest': manifest.digest,
    ETag: `"${manifest.digest}"`,
  };
}

async function putManifest(context: DistributionContext, call: Call, sparse: boolean): Promise<Reply> {
  const repository = repositoryOf(call.params);
  const reference = referenceOf(call);
  const tags = call.query.getAll('tag').map((tag) => parseTag(tag));
  if (tags.length > MAX_TAGS) {
    throw new OciError('TAG_INVALID', `One push sets at most ${MAX_TAGS} tags.`, { status: 414 });
  }
  if (tags.length > 0 && reference.kind === 'tag') {
    throw new OciError(
      'TAG_INVALID',
      'The tag parameter is for pushes by digest: push to the digest instead of the tag.',
    );
  }
  const content = await readManifest(call);
  const contentType = call.header('content-type');
  const { digest, subject, missing } = await pushManifest(context, {
    repository,
    reference,
    tags,
    contentType,
    content,
    sparse,
    actor: call.actor,
    origin: originOf(call),
  });
  return {
    status: 201,
    headers: {
      Location: call.url(`/v2/${repository}/manifests/${digest}`),
      'Docker-Content-Digest': digest,
      ...(subject && { 'OCI-Subject': subject }),
      ...(tags.length > 0 && { 'OCI-Tag': tags.join(', ') }),
      // distribution-spec v1.1.1, "Warnings": clients show it to their user.
      ...(missing.length > 0 && {
        Warning: `299 - "${missing[0]} is not in ${repository}: nobody can pull this image until it is pushed"`,
      }),
    },
  };
}

async function readManifest(call: Call): Promise<Uint8Array> {
  const tooLarge = () =>
    new OciError('MANIFEST_INVALID', `A manifest may have ${MAX_MANIFEST_BYTES} bytes at most.`, {
      status: 413,
    });
  if ((call.contentLength ?? 0) > MAX_MANIFEST_BYTES) throw tooLarge();
  // One buffer that grows, not a list of pieces: millions of one-byte chunks would each cost a hundred bytes more.
  let buffer = new Uint8Array(call.contentLength ?? FIRST_BUFFER_BYTES);
  let bytes = 0;
  for await (const piece of call.body) {
    const end = bytes + piece.byteLength;
    if (end > MAX_MANIFEST_BYTES) throw tooLarge();
    if (end > buffer.byteLength) {
      const larger = new Uint8Array(Math.max(end, 2 * buffer.byteLength));
      larger.set(buffer.subarray(0, bytes));
      buffer = larger;
    }
    buffer.set(piece, bytes);
    bytes = end;
  }
  return buffer.subarray(0, bytes);
}
