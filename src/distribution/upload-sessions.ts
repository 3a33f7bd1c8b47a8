import { randomUUID } from 'node:crypto';
import { BlobError, type BlobStore } from '../blob/index.ts';
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

  async function appendNext(
    repository: RepositoryName,
    id: string,
    options: { chunk: UploadChunk; stopped: AbortSignal },
  ): Promise<number> {
    const { chunk, stopped } = options;
    const size = await getSize(repository, id);
    if (chunk.range) assertNext(chunk.range, { size, lengthBytes: chunk.lengthBytes });
    if (chunk.lengthBytes === 0) return size;
    const source = limited(until(stopped, chunk.body), chunk.range);
    try {
      return await blobs.appendUpload({ repository, id }, source, size);
    } catch (error) {
      if (error instanceof TakenOver) throw takenOver();
      throw isUnknown(error) ? uploadUnknown(id) : error;
    }
  }

  return {
    async start(repository, algorithm) {
      const id = randomUUID();
      await blobs.createUpload({ repository, id }, { algorithm });
      return id;
    },
    getSize,
    append: (repository, id, chunk) =>
      exclusively({ repository, id }, (stopped) => appendNext(repository, id, { chunk, stopped })),
    finish: (repository, id, { chunk, digest, signal }) =>
      exclusively({ repository, id }, async (stopped) => {
        await appendNext(repository, id, { chunk, stopped });
        try {
          return await blobs.finishUpload({ repository, id }, digest, { signal });
        } catch (error) {
          if (isUnknown(error)) throw uploadUnknown(id);
          if (!(error instanceof BlobError && error.code === 'digest-mismatch')) throw error;
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

/** distribution-spec v1.1.1, "Pushing a blob in chunks": chunks come in order, anything else is a 416. */
function assertNext(range: ChunkRange, upload: { size: number; lengthBytes: number | undefined }): void {
  if (range.start !== upload.size) {
    throw new OciError(
      'RANGE_INVALID',
      `The next chunk has to start at byte ${upload.size}, not ${range.start}.`,
    );
  }
  const lengthBytes = range.endInclusive - range.start + 1;
  if (upload.lengthBytes !== undefined && upload.lengthBytes !== lengthBytes) {
    throw new OciError(
      'SIZE_INVALID',
      `Content-Range says ${lengthBytes} bytes and Content-Length says ${upload.lengthBytes}.`,
    );
  }
}

/** Without a Content-Length, a chunk that is longer than its range says would shift all that follows. */
async function* limited(
  body: AsyncIterable<Uint8Array>,
  range: ChunkRange | undefined,
): AsyncIterable<Uint8Array> {
  if (!range) {
    yield* body;
    return;
  }
  let left = range.endInclusive - range.start + 1;
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

function isUnknown(error: unknown): boolean {
  return error instanceof BlobError && error.code === 'upload-unknown';
}

function takenOver(): OciError {
  return new OciError('BLOB_UPLOAD_INVALID', 'Another request went on with this upload.');
}
