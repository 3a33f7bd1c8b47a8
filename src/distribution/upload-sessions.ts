import { randomUUID } from 'node:crypto';
import { BlobError, type BlobStore, type UploadBytes } from '../blob/index.ts';
import {
  type ChunkRange,
  type Digest,
  type DigestAlgorithm,
  OciError,
  type RepositoryName,
} from '../oci/index.ts';
import { uploadUnknown } from './refusals.ts';

export interface UploadChunk {
  readonly body: AsyncIterable<Uint8Array>;
  /** `Content-Range`, when the client says where the chunk belongs. Without it the chunk is appended. */
  readonly range: ChunkRange | undefined;
  /** `Content-Length`, when declared. */
  readonly lengthBytes: number | undefined;
}

export interface UploadSessions {
  start(repository: RepositoryName, algorithm: DigestAlgorithm): Promise<string>;
  /** Bytes received so far. Throws BLOB_UPLOAD_UNKNOWN. */
  getSize(repository: RepositoryName, id: string): Promise<number>;
  /** Appends and answers the new size. Throws RANGE_INVALID when the chunk is not the next one. */
  append(repository: RepositoryName, id: string, chunk: UploadChunk): Promise<number>;
  /** Appends the last chunk, if any, and publishes. Answers the blob's size. Throws DIGEST_INVALID. */
  finish(
    repository: RepositoryName,
    id: string,
    end: { chunk: UploadChunk; digest: Digest; signal: AbortSignal },
  ): Promise<number>;
  /** Throws BLOB_UPLOAD_UNKNOWN. */
  cancel(repository: RepositoryName, id: string): Promise<void>;
  /** Whether a request works on the session right now. */
  isActive(id: string): boolean;
}

/** Stops a write that another request took over. Nobody may be left to read it. */
class TakenOver extends Error {}

interface ActiveWrite {
  takeOver(): void;
  readonly ended: Promise<void>;
}

/**
 * Upload sessions: at most one request works on a session at a time. A request for a session that another one is
 * still writing to takes it over: after a broken connection the server may wait for the old one long after the
 * client is back with a new one.
 */
export function createUploadSessions(blobs: BlobStore): UploadSessions {
  const active = new Map<string, ActiveWrite>();

  async function exclusively<Result>(
    session: { repository: RepositoryName; id: string },
    work: (stopped: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { repository, id } = session;
    // Nobody takes over a session that does not exist in the repository they name.
    if (active.has(id)) await getSize(repository, id);
    for (let current = active.get(id); current; current = active.get(id)) {
      current.takeOver();
      await current.ended;
    }
    const stop = new AbortController();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    active.set(id, { takeOver: () => stop.abort(), ended });
    try {
      return await work(stop.signal);
    } finally {
      active.delete(id);
      end();
    }
  }

  async function getSize(repository: RepositoryName, id: string): Promise<number> {
    const upload = await blobs.findUpload({ repository, id });
    if (!upload) throw uploadUnknown(id);
    return upload.sizeBytes;
  }

  return {
    async start(repository, algorithm) {
      const id = randomUUID();
      await blobs.createUpload({ repository, id }, { algorithm });
      return id;
    },
    getSize,
    append: (repository, id, chunk) =>
      exclusively({ repository, id }, async (stopped) => {
        const { source, position } = bytesOf(chunk, stopped);
        try {
          return await blobs.appendUpload({ repository, id }, source, position);
        } catch (error) {
          throw refusalFor(error, id);
        }
      }),
    finish: (repository, id, { chunk, digest, signal }) =>
      exclusively({ repository, id }, async (stopped) => {
        const last = bytesOf(chunk, stopped);
        try {
          return await blobs.finishUpload({ repository, id }, digest, { last, signal });
        } catch (error) {
          if (!(error instanceof BlobError && error.code === 'digest-mismatch')) throw refusalFor(error, id);
          throw new OciError('DIGEST_INVALID', `The bytes received do not have the digest ${digest}.`, {
            detail: { digest },
            cause: error,
          });
        }
      }),
    cancel: (repository, id) =>
      exclusively({ repository, id }, async () => {
        await getSize(repository, id);
        await blobs.cancelUpload({ repository, id });
      }),
    isActive: (id) => active.has(id),
  };
}

function bytesOf(chunk: UploadChunk, stopped: AbortSignal): UploadBytes {
  // Who sends nothing keeps nobody waiting: it ends what is there, and whoever comes after finds it done.
  const body = chunk.lengthBytes === 0 ? chunk.body : until(stopped, chunk.body);
  const { range } = chunk;
  if (range === undefined) return { source: body };
  return { source: limited(body, { range, lengthBytes: chunk.lengthBytes }), position: range.start };
}

/** A chunk of another length than its range says would shift all that follows. */
async function* limited(
  body: AsyncIterable<Uint8Array>,
  declared: { range: ChunkRange; lengthBytes: number | undefined },
): AsyncIterable<Uint8Array> {
  const { range, lengthBytes } = declared;
  let left = range.endInclusive - range.start + 1;
  if (lengthBytes !== undefined && lengthBytes !== left) {
    throw new OciError(
      'SIZE_INVALID',
      `Content-Range says ${left} bytes and Content-Length says ${lengthBytes}.`,
    );
  }
  for await (const piece of body) {
    left -= piece.byteLength;
    if (left < 0) throw new OciError('SIZE_INVALID', 'The chunk is longer than its Content-Range says.');
    yield piece;
  }
  if (left > 0) throw new OciError('SIZE_INVALID', 'The chunk is shorter than its Content-Range says.');
}

async function* until(stopped: AbortSignal, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  // One promise for each step and none that outlives it: a race with one that stays would hold on to a reaction for
  // every chunk of the upload.
  let stop: (error: Error) => void = () => {};
  const onStop = () => stop(new TakenOver());
  stopped.addEventListener('abort', onStop, { once: true });
  try {
    for (;;) {
      if (stopped.aborted) throw new TakenOver();
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        stop = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    stopped.removeEventListener('abort', onStop);
    // Not awaited: a read that waits for a dead client would never end.
    void iterator.return?.(undefined)?.catch(() => {});
  }
}

/** distribution-spec v1.1.1, "Pushing a blob in chunks": chunks come in order, anything else is a 416. */
function refusalFor(error: unknown, id: string): unknown {
  if (error instanceof TakenOver) {
    return new OciError('BLOB_UPLOAD_INVALID', 'Another request went on with this upload.');
  }
  if (!(error instanceof BlobError)) return error;
  if (error.code === 'upload-unknown') return uploadUnknown(id);
  if (error.code === 'offset-mismatch') return new OciError('RANGE_INVALID', error.message, { cause: error });
  return error;
}
