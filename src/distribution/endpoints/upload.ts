import type { Call, Reply, RouteRecord } from '../../http/index.ts';
import {
  algorithmOf,
  type Digest,
  type DigestAlgorithm,
  digestAlgorithms,
  isDigestAlgorithm,
  OciError,
  parseContentRange,
  parseDigest,
  parseRepositoryName,
  type RepositoryName,
} from '../../oci/index.ts';
import { originOf } from '../../rest/index.ts';
import type { DistributionContext } from '../context.ts';
import { addBlobToRepository, findIntactBlob, mountBlob } from '../push-blob.ts';
import type { UploadChunk, UploadSessions } from '../upload-sessions.ts';
import { repositoryAccess, repositoryOf } from './scope.ts';

/** Pushing blobs: distribution-spec v1.1.1, end-4 to end-6, end-11, and of main (2026-07) end-13, end-14. */
export function uploadRoutes(context: DistributionContext, sessions: UploadSessions): RouteRecord[] {
  const access = repositoryAccess('pull', 'push');
  const start = '/v2/{name+}/blobs/uploads';
  const session = '/v2/{name+}/blobs/uploads/{id}';
  const startUpload = (call: Call) => postUpload(context, sessions, call);
  return [
    // The specification has the slash; some clients leave it out, and registry:2 takes both.
    { name: 'upload.start', method: 'POST', path: `${start}/`, access, handle: startUpload },
    { name: 'upload.start', method: 'POST', path: start, access, handle: startUpload },
    {
      name: 'upload.status',
      method: 'GET',
      path: session,
      access,
      async handle(call) {
        const sizeBytes = await sessions.getSize(repositoryOf(call.params), idOf(call));
        return { status: 204, headers: sessionHeaders(call, { id: idOf(call), sizeBytes }) };
      },
    },
    {
      name: 'upload.append',
      method: 'PATCH',
      path: session,
      access,
      async handle(call) {
        const sizeBytes = await withState(sessions, call, () =>
          sessions.append(repositoryOf(call.params), idOf(call), chunkOf(call)),
        );
        return { status: 202, headers: sessionHeaders(call, { id: idOf(call), sizeBytes }) };
      },
    },
    {
      name: 'upload.finish',
      method: 'PUT',
      path: session,
      access,
      async handle(call) {
        const repository = repositoryOf(call.params);
        const digest = parseDigest(call.query.get('digest') ?? '');
        const end = { chunk: chunkOf(call), digest, signal: call.signal };
        try {
          const sizeBytes = await withState(sessions, call, () =>
            sessions.finish(repository, idOf(call), end),
          );
          await addBlobToRepository(context, repository, {
            digest,
            sizeBytes,
            actor: call.actor,
            origin: originOf(call),
          });
        } catch (error) {
          // A client whose connection broke before it read the answer asks again.
          const isOver = error instanceof OciError && error.code === 'BLOB_UPLOAD_UNKNOWN';
          if (!isOver || (await findIntactBlob(context, repository, digest)) === undefined) throw error;
        }
        return created(call, repository, digest);
      },
    },
    {
      name: 'upload.cancel',
      method: 'DELETE',
      path: session,
      access,
      async handle(call) {
        await sessions.cancel(repositoryOf(call.params), idOf(call));
        return { status: 204 };
      },
    },
  ];
}

async function postUpload(
  context: DistributionContext,
  sessions: UploadSessions,
  call: Call,
): Promise<Reply> {
  const repository = repositoryOf(call.params);
  const mount = call.query.get('mount');
  if (mount) {
    const digest = parseDigest(mount);
    if (await tryMount(context, call, { repository, digest })) return created(call, repository, digest);
  }
  const digestText = call.query.get('digest');
  if (!digestText || mount) {
    const id = await sessions.start(repository, algorithmFor(call));
    return { status: 202, headers: sessionHeaders(call, { id, sizeBytes: 0 }) };
  }
  const digest = parseDigest(digestText);
  const id = await sessions.start(repository, algorithmOf(digest));
  let finished = false;
  try {
    const sizeBytes = await sessions.finish(repository, id, {
      chunk: chunkOf(call),
      digest,
      signal: call.signal,
    });
    finished = true;
    await addBlobToRepository(context, repository, {
      digest,
      sizeBytes,
      actor: call.actor,
      origin: originOf(call),
    });
  } finally {
    // The client never learned the session's name: nobody could go on with it.
    if (!finished) await sessions.cancel(repository, id).catch(() => {});
  }
  return created(call, repository, digest);
}

/** A mount that is not possible, for whatever reason, is a normal upload: never an error of the mount's own. */
async function tryMount(
  context: DistributionContext,
  call: Call,
  target: { repository: RepositoryName; digest: Digest },
): Promise<boolean> {
  const fromText = call.query.get('from');
  let from: RepositoryName | undefined;
  try {
    from = fromText ? parseRepositoryName(fromText) : undefined;
  } catch {
    return false;
  }
  const mayPull = (name: RepositoryName) => call.may({ type: 'repository', name, actions: ['pull'] });
  return mountBlob(context, target.repository, {
    digest: target.digest,
    from,
    mayPull,
    actor: call.actor,
    origin: originOf(call),
  });
}

function algorithmFor(call: Call): DigestAlgorithm {
  const asked = call.query.get('digest-algorithm') ?? 'sha256';
  if (isDigestAlgorithm(asked)) return asked;
  const known = digestAlgorithms.join(', ');
  throw new OciError(
    'DIGEST_INVALID',
    `The digest algorithm asked for is not supported. Supported: ${known}.`,
  );
}

function idOf(call: Call): string {
  return call.params.id ?? '';
}

function chunkOf(call: Call): UploadChunk {
  const range = call.header('content-range');
  return {
    body: call.body,
    lengthBytes: call.contentLength,
    range: range === undefined || call.contentLength === 0 ? undefined : parseContentRange(range),
  };
}

/** A 416 tells where to go on, so that a client need not ask. */
async function withState(sessions: UploadSessions, call: Call, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OciError) || error.code !== 'RANGE_INVALID') throw error;
    const sizeBytes = await sessions.getSize(repositoryOf(call.params), idOf(call));
    const headers = sessionHeaders(call, { id: idOf(call), sizeBytes });
    throw new OciError(error.code, error.message, { headers, cause: error });
  }
}

function sessionHeaders(call: Call, session: { id: string; sizeBytes: number }): Record<string, string> {
  return {
    Location: call.url(`/v2/${repositoryOf(call.params)}/blobs/uploads/${session.id}`),
    // The last byte, inclusive. An empty session has no right answer here: registry:2 says 0-0, and so do we.
    Range: `0-${Math.max(0, session.sizeBytes - 1)}`,
    'Docker-Upload-UUID': session.id,
  };
}

function created(call: Call, repository: RepositoryName, digest: Digest): Reply {
  return {
    status: 201,
    headers: { Location: call.url(`/v2/${repository}/blobs/${digest}`), 'Docker-Content-Digest': digest },
  };
}
