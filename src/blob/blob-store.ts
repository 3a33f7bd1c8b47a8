import type { Digest, DigestAlgorithm } from '../oci/index.ts';

/** What is known of a stored blob without reading it. */
export interface BlobStat {
  readonly sizeBytes: number;
  /** When the bytes were published, milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** A blob open for reading. Whoever opens it closes it; `close` may be called twice. */
export interface OpenBlob extends AsyncDisposable {
  readonly sizeBytes: number;
  /**
   * Fills `target` from `position` on; returns how many bytes were read, 0 only at the end of the blob.
   * May be called with several targets at once. Throws `BlobError` `store-unavailable` on I/O errors.
   */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Names one upload session. The repository is part of its name: a session begun in one repository does not exist
 * in another. `id` is a lower-case UUID made by the caller.
 */
export interface UploadKey {
  readonly repository: string;
  readonly id: string;
}

export interface UploadStat {
  /** Bytes that a resumed upload may build on. */
  readonly sizeBytes: number;
  /** When bytes last arrived, milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** Bytes for the end of a session, which is at `position` if that is given. */
export interface UploadBytes {
  readonly source: AsyncIterable<Uint8Array>;
  readonly position?: number | undefined;
}

/**
 * Where bytes live. Everything is streamed; no method holds a blob in memory. An implementation must be possible
 * on object storage: bytes are only ever appended in order by one writer (multipart parts), never rewritten;
 * publishing may copy; nothing is renamed by callers; upload sessions are remembered by the store itself, so that
 * another process, or this one after a restart, can go on with them.
 *
 * Callers serialise the calls for one `UploadKey`; everything else may run at once.
 *
 * Every method throws `BlobError` (see blob-error.ts) and nothing else, except for errors thrown by a caller's
 * `source`, which pass through unchanged, and for an aborted `signal`'s reason.
 */
export interface BlobStore {
  /** The published blob, or undefined. Looks at the store each time: it never answers from memory. */
  find(digest: Digest): Promise<BlobStat | undefined>;

  /** Opens a published blob for reading. Throws `blob-unknown` if it is not there. */
  open(digest: Digest): Promise<OpenBlob>;

  /**
   * Begins a session. `algorithm` is what to hash with while bytes arrive; finishing with a digest of another
   * algorithm works but reads the bytes again. Throws `upload-unknown` if the id is not a lower-case UUID.
   */
  createUpload(key: UploadKey, options: { algorithm: DigestAlgorithm }): Promise<void>;

  /** The session's state, or undefined if it is unknown, finished, cancelled or expired. */
  findUpload(key: UploadKey): Promise<UploadStat | undefined>;

  /**
   * Appends `source`, at `position` if given, which must then equal the session's size (`offset-mismatch` otherwise,
   * and `source` is not read). Returns the new size. With back-pressure: `source` is read no faster than the store writes. If `source` throws, what
   * arrived before stays and can be built on; that error is rethrown. If the store fails, `source` is let go and
   * `findUpload` says how much was kept. Chunks belong to the store once given, which frees them: `source` must neither reuse nor read their memory.
   * Not yet durable: a power cut may lose it.
   */
  appendUpload(key: UploadKey, source: AsyncIterable<Uint8Array>, position?: number): Promise<number>;

  /**
   * Appends `last`, if given, as `appendUpload` does, then publishes the session's bytes under `digest` and ends the
   * session; returns the size. Durable when it resolves.
   * If `last` cannot be appended whole, nothing is published. If the bytes have another digest: `digest-mismatch`, and the session stays, with `last`. If the store fails, the
   * session may be gone, since bytes it could not make durable must not be published by a second try.
   * Bytes may have to be read again first: then `signal` stops it, and the session stays.
   * Replaces a blob already there, which heals one that had been damaged. A crash leaves either no blob or a
   * whole one, never part of one.
   */
  finishUpload(
    key: UploadKey,
    digest: Digest,
    options?: { last?: UploadBytes; signal?: AbortSignal },
  ): Promise<number>;

  /** Drops the session and its bytes; does nothing if there is none. */
  cancelUpload(key: UploadKey): Promise<void>;

  /**
   * Drops every session in which no bytes arrived since `before` (milliseconds since the epoch), except those for
   * which `isActive` answers true. Returns how many sessions and bytes were dropped, also when `signal` ended it
   * early.
   */
  expireUploads(options: {
    before: number;
    isActive: (id: string) => boolean;
    signal?: AbortSignal;
  }): Promise<{ uploads: number; bytes: number }>;

  /** Publishes small content in one step (a manifest). Durable when it resolves; idempotent. Checks the digest. */
  put(digest: Digest, content: Uint8Array): Promise<void>;

  /** Removes a published blob. Does nothing if it is not there. Readers that have it open may finish. */
  delete(digest: Digest): Promise<void>;

  /**
   * Every published blob, in no order, without holding the list in memory. When aborted, throws the reason of
   * `signal`: a list cut short must not pass for the whole.
   */
  list(options?: { signal?: AbortSignal }): AsyncIterable<{ digest: Digest; sizeBytes: number }>;

  /**
   * Takes a damaged blob out of sight without losing its bytes, so that `find` no longer answers it and a push can
   * put a sound one in its place. Returns where the bytes went, in words for an operator.
   */
  quarantine(digest: Digest): Promise<string>;

  /**
   * Throws with the reason when the store cannot be read and written now: `store-full` (reading still works) or
   * `store-unavailable`.
   */
  checkHealth(): Promise<void>;

  close(): Promise<void>;
}
