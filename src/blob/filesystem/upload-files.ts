import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Logger } from '../../kernel/index.ts';
import {
  algorithmOf,
  type Digest,
  type DigestAlgorithm,
  digestAlgorithms,
  digestFromHash,
} from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { BlobStore, UploadBytes, UploadKey } from '../blob-store.ts';
import { isUploadId } from '../upload-id.ts';
import { appendStream } from './append-stream.ts';
import { expireUploadFiles } from './expire-upload-files.ts';
import type { Files } from './files.ts';
import type { FilesystemLayout } from './filesystem-layout.ts';
import { CallersError, ifPresent, onDisk } from './on-disk.ts';
import type { Publisher } from './publisher.ts';
import { createRunningHashes } from './running-hashes.ts';

type UploadFiles = Pick<
  BlobStore,
  'createUpload' | 'findUpload' | 'appendUpload' | 'finishUpload' | 'cancelUpload' | 'expireUploads'
>;

/** A session's file, open; `sizeBytes` and `hash` follow what is appended. */
interface OpenUpload {
  readonly path: string;
  readonly algorithm: DigestAlgorithm;
  readonly file: FileHandle;
  sizeBytes: number;
  /** Over the whole file. Absent if nobody saw all of it pass. */
  hash: Hash | undefined;
}

/** Sessions are files and nothing else: another process, or this one after a restart, goes on with them. */
export function createUploadFiles(options: {
  files: Files;
  layout: FilesystemLayout;
  publisher: Publisher;
  log: Logger;
}): UploadFiles {
  const { files, layout, publisher, log } = options;
  const hashes = createRunningHashes();
  const { uploadsDir } = layout;

  const findFile = async (key: UploadKey) => {
    if (!isUploadId(key.id)) return undefined;
    for (const algorithm of digestAlgorithms) {
      const path = layout.uploadPath(key, algorithm);
      const stat = await ifPresent(files.stat(path));
      if (stat !== undefined) return { path, stat };
    }
    return undefined;
  };

  const openFile = async (key: UploadKey): Promise<Pick<OpenUpload, 'path' | 'algorithm' | 'file'>> => {
    for (const algorithm of digestAlgorithms) {
      const path = layout.uploadPath(key, algorithm);
      // Without creating it: a session that expired must not come back empty.
      const file = await ifPresent(files.open(path, 'r+'));
      if (file !== undefined) return { path, algorithm, file };
    }
    throw new BlobError('upload-unknown', 'There is no such upload: it ended or expired; start again.');
  };

  /** Opens the session for `work`, once: each time costs two operations of Node's thread pool. */
  const withUpload = async <T>(key: UploadKey, work: (upload: OpenUpload) => Promise<T>): Promise<T> => {
    const opened = await openFile(key);
    const { path, algorithm, file } = opened;
    let upload: OpenUpload | undefined;
    try {
      const sizeBytes = files.size(file);
      const hash = hashes.take(path, sizeBytes) ?? (sizeBytes === 0 ? createHash(algorithm) : undefined);
      upload = { ...opened, sizeBytes, hash };
      return await work(upload);
    } finally {
      await file.close();
      // Only now, with the file closed: some network file systems report a failed write when closing.
      if (upload?.hash !== undefined) hashes.put(path, { hash: upload.hash, sizeBytes: upload.sizeBytes });
    }
  };

  const append = async (upload: OpenUpload, { source, position }: UploadBytes): Promise<void> => {
    const { file, sizeBytes, hash } = upload;
    if (position !== undefined && position !== sizeBytes) {
      throw new BlobError('offset-mismatch', `The upload has ${sizeBytes} bytes; go on from there.`);
    }
    const onChunk = (chunk: Uint8Array) => hash?.update(chunk);
    const outcome = await appendStream({ file, source, position: sizeBytes, onChunk });
    const { sourceError, writeError } = outcome;
    upload.sizeBytes = outcome.sizeBytes;
    if (writeError !== undefined) {
      upload.hash = undefined;
      if (sourceError === undefined) throw writeError.error;
      const fields = { err: writeError.error, path: uploadsDir };
      log.warn(fields, 'Could not keep all bytes of an upload that broke off; see err and the disk.');
    }
    if (sourceError !== undefined) throw new CallersError('', { cause: sourceError.error });
  };

  /** Makes the bytes durable, if they have the digest; nothing may be appended afterwards. */
  const seal = async (upload: OpenUpload, digest: Digest, signal?: AbortSignal): Promise<void> => {
    const { path, algorithm, file } = upload;
    const wanted = algorithmOf(digest);
    const running = wanted === algorithm ? upload.hash : undefined;
    const hash = running ?? (await hashFile(file, wanted, signal));
    if (digestFromHash(wanted, hash.copy().digest('hex')) !== digest) {
      throw new BlobError('digest-mismatch', 'The bytes uploaded do not have the digest given.');
    }
    upload.hash = undefined;
    await file.sync().catch(async (error: unknown) => {
      // The kernel reports lost writes once: a second sync would succeed without the bytes being on the
      // disk. So the session cannot be finished again and goes. The failed sync is what is told, also if that fails.
      await files.unlink(path).catch(() => {});
      throw error;
    });
  };

  return {
    createUpload: (key, { algorithm }) =>
      onDisk('begin an upload', uploadsDir, () => files.create(layout.uploadPath(key, algorithm))),

    findUpload: (key) =>
      onDisk('look for an upload', uploadsDir, async () => {
        const found = await findFile(key);
        return found && { sizeBytes: found.stat.size, modifiedAt: Math.floor(found.stat.mtimeMs) };
      }),

    appendUpload: (key, source, position) =>
      onDisk('write to an upload', uploadsDir, () =>
        withUpload(key, async (upload) => {
          await append(upload, { source, position });
          return upload.sizeBytes;
        }),
      ),

    finishUpload: (key, digest, { last, signal } = {}) =>
      onDisk('finish an upload', layout.blobPath(digest), async () => {
        const { path, sizeBytes } = await withUpload(key, async (upload) => {
          if (last !== undefined) await append(upload, last);
          await seal(upload, digest, signal);
          return upload;
        });
        await publisher.publish(path, digest);
        return sizeBytes;
      }),

    cancelUpload: (key) =>
      onDisk('cancel an upload', uploadsDir, async () => {
        const found = await findFile(key);
        if (found === undefined) return;
        hashes.take(found.path, found.stat.size);
        await ifPresent(files.unlink(found.path));
      }),

    expireUploads: (expiry) =>
      onDisk('expire uploads', uploadsDir, () => expireUploadFiles({ files, layout, ...expiry })),
  };
}

/** Reads at most 1 MiB at a time, so that other requests get their turn. */
async function hashFile(
  file: FileHandle,
  algorithm: DigestAlgorithm,
  signal: AbortSignal | undefined,
): Promise<Hash> {
  const hash = createHash(algorithm);
  const buffer = new Uint8Array(1024 * 1024);
  for (let position = 0; ; ) {
    if (signal?.aborted) throw new CallersError('', { cause: signal.reason });
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position);
    if (bytesRead === 0) return hash;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
