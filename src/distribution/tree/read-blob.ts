import { BlobError, type BlobStore } from '../../blob/index.ts';
import type { Digest } from '../../oci/index.ts';
import { errnoOf } from './on-tree.ts';

/** What a store has to say of one blob: a value, or why this one cannot be had while others may. */
export type BlobAnswer<T> =
  | { readonly found: T }
  | { readonly missing: string }
  | { readonly damaged: string };

/** registry:2 accepts manifests up to this size, and so does Lading. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** The bytes of a blob that may be a manifest; its digest is not checked. Throws `BlobError` if the store fails. */
export async function readSmallBlob(blobs: BlobStore, digest: Digest): Promise<BlobAnswer<Uint8Array>> {
  return answerOf(digest, async () => {
    await using blob = await blobs.open(digest);
    if (blob.sizeBytes > MAX_MANIFEST_BYTES) {
      return { damaged: `The blob ${digest} has ${blob.sizeBytes} bytes, too many for a manifest.` };
    }
    const content = new Uint8Array(blob.sizeBytes);
    for (let at = 0; at < content.byteLength; ) {
      const bytes = await blob.read(content.subarray(at), at);
      if (bytes === 0) return { damaged: `The blob ${digest} ended early.` };
      at += bytes;
    }
    return { found: content };
  });
}

/** Runs `work` on one blob. A disk that fails under it counts as damage of that blob. */
export async function answerOf<T>(
  digest: Digest,
  work: () => Promise<BlobAnswer<T>>,
): Promise<BlobAnswer<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    if (error.code === 'blob-unknown') return { missing: `The blob ${digest} is not in the store.` };
    const errno = errnoOf(error.cause);
    if (errno === 'EIO' || errno === 'EUCLEAN' || errno === 'EBADMSG') return { damaged: error.message };
    throw error;
  }
}
