import type { Clock } from '../../kernel/index.ts';
import { algorithmOf, type Digest, digestOf } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { BlobStore, OpenBlob } from '../blob-store.ts';
import { createMemoryUploads } from './memory-uploads.ts';

interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/**
 * Keeps everything in this process and forgets it at its end: for tests and trials. Works as object storage does
 * (immutable parts, completion by copying, no rename), which shows that the contract can be met there.
 */
export function createMemoryBlobStore({ clock }: { clock: Clock }): BlobStore {
  const blobs = new Map<Digest, StoredBlob>();
  const quarantined = new Map<string, StoredBlob>();

  const publish = (digest: Digest, bytes: Uint8Array) => {
    blobs.set(digest, { bytes, modifiedAt: clock.now() });
  };

  const getBlob = (digest: Digest): StoredBlob => {
    const blob = blobs.get(digest);
    if (blob !== undefined) return blob;
    throw new BlobError('blob-unknown', `There is no blob ${digest}; push it again.`);
  };

  return {
    ...createMemoryUploads({ clock, publish }),

    async find(digest) {
      const blob = blobs.get(digest);
      return blob && { sizeBytes: blob.bytes.byteLength, modifiedAt: blob.modifiedAt };
    },

    async open(digest) {
      return openBytes(getBlob(digest).bytes);
    },

    async put(digest, content) {
      if (digestOf(algorithmOf(digest), content) !== digest) {
        throw new BlobError('digest-mismatch', `The content does not have the digest ${digest}.`);
      }
      publish(digest, Buffer.from(content));
    },

    async delete(digest) {
      blobs.delete(digest);
    },

    async *list({ signal } = {}) {
      for (const [digest, { bytes }] of blobs) {
        signal?.throwIfAborted();
        yield { digest, sizeBytes: bytes.byteLength };
      }
    },

    async quarantine(digest) {
      const place = `memory, quarantined ${digest} number ${quarantined.size + 1}`;
      quarantined.set(place, getBlob(digest));
      blobs.delete(digest);
      return place;
    },

    async checkHealth() {},

    async close() {},
  };
}

function openBytes(bytes: Uint8Array): OpenBlob {
  let open = true;
  const close = async () => {
    open = false;
  };
  return {
    sizeBytes: bytes.byteLength,
    async read(target, position) {
      if (!open) throw new BlobError('store-unavailable', 'Could not read a blob: it was closed before.');
      const piece = bytes.subarray(position, position + target.byteLength);
      target.set(piece);
      return piece.byteLength;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
