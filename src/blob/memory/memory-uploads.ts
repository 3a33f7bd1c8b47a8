import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../kernel/index.ts';
import { algorithmOf, type Digest, digestFromHash } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { BlobStore, UploadBytes, UploadKey } from '../blob-store.ts';
import { isUploadId } from '../upload-id.ts';

type Uploads = Pick<
  BlobStore,
  'createUpload' | 'findUpload' | 'appendUpload' | 'finishUpload' | 'cancelUpload' | 'expireUploads'
>;

interface Upload {
  readonly id: string;
  readonly parts: Uint8Array[];
  sizeBytes: number;
  modifiedAt: number;
}

const partBytes = 1024 * 1024;

/** Sessions as lists of parts that are never changed, completed by copying them together. */
export function createMemoryUploads(options: {
  clock: Clock;
  publish: (digest: Digest, bytes: Uint8Array) => void;
}): Uploads {
  const { clock, publish } = options;
  const uploads = new Map<string, Upload>();
  // An id has no slash, so no two keys meet.
  const nameOf = ({ repository, id }: UploadKey) => `${id}/${repository}`;

  const getUpload = (key: UploadKey): Upload => {
    const upload = uploads.get(nameOf(key));
    if (upload !== undefined) return upload;
    throw new BlobError('upload-unknown', 'There is no such upload: it ended or expired; start again.');
  };

  const append = async (upload: Upload, { source, position }: UploadBytes) => {
    if (position !== undefined && upload.sizeBytes !== position) {
      throw new BlobError('offset-mismatch', `The upload has ${upload.sizeBytes} bytes; go on from there.`);
    }
    let gathered: Uint8Array[] = [];
    let gatheredBytes = 0;
    const addPart = () => {
      if (gatheredBytes === 0) return;
      upload.parts.push(Buffer.concat(gathered));
      upload.sizeBytes += gatheredBytes;
      upload.modifiedAt = clock.now();
      gathered = [];
      gatheredBytes = 0;
    };
    try {
      for await (const chunk of source) {
        gathered.push(chunk);
        gatheredBytes += chunk.byteLength;
        if (gatheredBytes >= partBytes) addPart();
      }
    } finally {
      addPart();
    }
  };

  return {
    async createUpload(key) {
      if (!isUploadId(key.id)) {
        throw new BlobError('upload-unknown', 'There is no such upload: its id is not a lower-case UUID.');
      }
      uploads.set(nameOf(key), { id: key.id, parts: [], sizeBytes: 0, modifiedAt: clock.now() });
    },

    async findUpload(key) {
      const upload = uploads.get(nameOf(key));
      return upload && { sizeBytes: upload.sizeBytes, modifiedAt: upload.modifiedAt };
    },

    async appendUpload(key, source, position) {
      const upload = getUpload(key);
      await append(upload, { source, position });
      return upload.sizeBytes;
    },

    async finishUpload(key, digest, { last, signal } = {}) {
      const upload = getUpload(key);
      if (last !== undefined) await append(upload, last);
      const hash = createHash(algorithmOf(digest));
      for (const part of upload.parts) {
        signal?.throwIfAborted();
        hash.update(part);
        await setImmediate(); // others get their turn
      }
      if (digestFromHash(algorithmOf(digest), hash.digest('hex')) !== digest) {
        throw new BlobError('digest-mismatch', 'The bytes uploaded do not have the digest given.');
      }
      publish(digest, Buffer.concat(upload.parts));
      uploads.delete(nameOf(key));
      return upload.sizeBytes;
    },

    async cancelUpload(key) {
      uploads.delete(nameOf(key));
    },

    async expireUploads({ before, isActive }) {
      const dropped = { uploads: 0, bytes: 0 };
      for (const [name, upload] of uploads) {
        if (upload.modifiedAt >= before || isActive(upload.id)) continue;
        uploads.delete(name);
        dropped.uploads += 1;
        dropped.bytes += upload.sizeBytes;
      }
      return dropped;
    },
  };
}
