import { createHash } from 'node:crypto';
import type { BlobStore } from '../../blob/index.ts';
import { algorithmOf, type Digest, digestFromHash } from '../../oci/index.ts';
import { answerOf, type BlobAnswer } from '../tree/read-blob.ts';

/** Hashing this much takes about half a millisecond; then other work gets its turn. */
const BYTES_AT_ONCE = 1024 * 1024;

/** The digest that the stored bytes have. Throws `BlobError` if the store fails, and the signal's reason. */
export function hashBlob(
  blobs: BlobStore,
  digest: Digest,
  options: { onBytes: (bytes: number) => void; signal: AbortSignal | undefined },
): Promise<BlobAnswer<Digest>> {
  return answerOf(digest, async () => {
    await using blob = await blobs.open(digest);
    const algorithm = algorithmOf(digest);
    const hash = createHash(algorithm);
    const buffer = new Uint8Array(Math.min(BYTES_AT_ONCE, Math.max(blob.sizeBytes, 1)));
    for (let at = 0; ; ) {
      options.signal?.throwIfAborted();
      const bytes = await blob.read(buffer, at);
      if (bytes === 0) break;
      hash.update(buffer.subarray(0, bytes));
      at += bytes;
      options.onBytes(bytes);
    }
    return { found: digestFromHash(algorithm, hash.digest('hex')) };
  });
}
