import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Logger } from '../../kernel/index.ts';
import { algorithmOf, type DigestAlgorithm, digestAlgorithms, digestFromHash } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { BlobStore, UploadKey } from '../blob-store.ts';
import { isUploadId } from '../upload-id.ts';
import { appendStream } from './append-stream.ts';
import { expireUploadFiles } from './expire-upload-files.ts';
import type { Files } from './files.ts';
import type { FilesystemLayout } from './filesystem-layout.ts';
import { ifPresent, onDisk } from './on-disk.ts';
import type { Publisher } from './publisher.ts';
import { createRunningHashes } from './running-hashes.ts';

type UploadFiles = Pick<
  BlobStore,
  'createUpload' | 'findUpload' | 'appendUpload' | 'finishUpload' | 'cancelUpload' | 'expireUploads'
>;

interface UploadFile {
  readonly path: string;
  readonly algorithm: DigestAlgorithm;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
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

  const findFile = async (key: UploadKey): Promise<UploadFile | undefined> => {
    if (!isUploadId(key.id)) return undefined;
    for (const algorithm of digestAlgorithms) {
      const path = layout.uploadPath(key, algorithm);
      const stat = await ifPresent(files.stat(path));
      if (stat !== undefined) {
        return { path, algorithm, sizeBytes: stat.size, modifiedAt: Math.floor(stat.mtimeMs) };
      }
    }
    return undefined;
  };

  const openFile = async (key: UploadKey): Promise<UploadFile & { file: FileHandle }> => {
    const upload = await findFile(key);
    // Without creating it: a session that expired in between must not come back empty.
    const file = upload && (await ifPresent(files.open(upload.path, 'r+')));
    if (upload === undefined || file === undefined) {
      throw new BlobError('upload-unknown', 'There is no such upload: it ended or expired; start again.');
    }
    return { ...upload, file };
  };

  return {
    createUpload: (key, { algorithm }) =>
      onDisk('begin an upload', uploadsDir, async () => {
        const file = await files.open(layout.uploadPath(key, algorithm), 'wx');
        await file.close();
      }),

    findUpload: (key) =>
      onDisk('look for an upload', uploadsDir, async () => {
        const upload = await findFile(key);
        return upload && { sizeBytes: upload.sizeBytes, modifiedAt: upload.modifiedAt };
      }),

    async appendUpload(key, source, position) {
      const outcome = await onDisk('write to an upload', uploadsDir, async () => {
        const { path, algorithm, sizeBytes, file } = await openFile(key);
        const result = await closing(file, async () => {
          if (sizeBytes !== position) {
            throw new BlobError('offset-mismatch', `The upload has ${sizeBytes} bytes; go on from there.`);
          }
          const hash = hashes.take(path, position) ?? (position === 0 ? createHash(algorithm) : undefined);
          const appended = await appendStream({ file, source, position, onChunk: (c) => hash?.update(c) });
          return { ...appended, hash };
        });
        // Only now, with the file closed: some network file systems report a failed write when closing.
        if (result.hash !== undefined && result.writeError === undefined) {
          hashes.put(path, { hash: result.hash, sizeBytes: result.sizeBytes });
        }
        if (result.sourceError === undefined && result.writeError !== undefined) {
          throw result.writeError.error;
        }
        return result;
      });
      if (outcome.sourceError === undefined) return outcome.sizeBytes;
      if (outcome.writeError !== undefined) {
        const fields = { err: outcome.writeError.error, path: uploadsDir };
        log.warn(fields, 'Could not keep all bytes of an upload that broke off; see err and the disk.');
      }
      throw outcome.sourceError.error;
    },

    finishUpload: (key, digest, { signal } = {}) =>
      onDisk('finish an upload', layout.blobPath(digest), async () => {
        const { path, algorithm, sizeBytes, file } = await openFile(key);
        await closing(file, async () => {
          const wanted = algorithmOf(digest);
          const running = wanted === algorithm ? hashes.take(path, sizeBytes) : undefined;
          const hash = running ?? (await hashFile(file, wanted, signal));
          if (digestFromHash(wanted, hash.copy().digest('hex')) !== digest) {
            if (running !== undefined) hashes.put(path, { hash: running, sizeBytes });
            throw new BlobError('digest-mismatch', 'The bytes uploaded do not have the digest given.');
          }
          await file.sync().catch(async (error: unknown) => {
            // The kernel reports lost writes once: a second sync would succeed without the bytes being on the
            // disk. So the session cannot be finished again and goes.
            await files.unlink(path).catch(() => {});
            throw error;
          });
        });
        await publisher.publish(path, digest);
        return sizeBytes;
      }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      }),

    cancelUpload: (key) =>
      onDisk('cancel an upload', uploadsDir, async () => {
        const upload = await findFile(key);
        if (upload === undefined) return;
        hashes.take(upload.path, upload.sizeBytes);
        await ifPresent(files.unlink(upload.path));
      }),

    expireUploads: (expiry) =>
      onDisk('expire uploads', uploadsDir, () => expireUploadFiles({ files, layout, ...expiry })),
  };
}

async function closing<T>(file: FileHandle, work: () => Promise<T>): Promise<T> {
  await using _ = file;
  return await work();
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
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position);
    if (bytesRead === 0) return hash;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
