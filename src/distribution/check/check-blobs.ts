import { algorithmOf, type Digest, digestOf } from '../../oci/index.ts';
import { findManifestContent } from '../store/links.ts';
import { unlinkBlobEverywhere } from '../store/repairs.ts';
import { isReferenced } from '../store/stored-facts.ts';
import { forEachConcurrently } from '../tree/for-each-concurrently.ts';
import type { CheckContext } from './check-context.ts';
import { hashBlob } from './hash-blob.ts';

export interface BlobCounts {
  blobs: number;
  bytes: number;
  orphans: number;
  orphanBytes: number;
}

/** Keeps a disk busy without keeping the server that may run beside from it. */
const CONCURRENCY = 3;

/** Reads every stored blob back. */
export async function checkBlobs(
  context: CheckContext,
  onBytes: (bytes: number) => void,
): Promise<BlobCounts> {
  const { blobs, db, signal } = context;
  const counts: BlobCounts = { blobs: 0, bytes: 0, orphans: 0, orphanBytes: 0 };
  await forEachConcurrently(blobs.list(signal && { signal }), {
    concurrency: CONCURRENCY,
    async work({ digest, sizeBytes }) {
      counts.blobs += 1;
      counts.bytes += sizeBytes;
      const damage = await findDamage(context, digest, onBytes);
      if (damage !== undefined) return reportCorrupt(context, digest, damage);
      if (await isReferenced(db.reads, digest)) return;
      counts.orphans += 1;
      counts.orphanBytes += sizeBytes;
      const text = `No repository refers to these ${sizeBytes} bytes: deleted, or not linked yet.`;
      context.found({ kind: 'blob-orphan', severity: 'note', digest, text });
    },
  });
  return counts;
}

async function findDamage(
  { blobs, signal }: CheckContext,
  digest: Digest,
  onBytes: (bytes: number) => void,
): Promise<string | undefined> {
  const first = await hashBlob(blobs, digest, { onBytes, signal });
  if ('missing' in first || ('found' in first && first.found === digest)) return undefined;
  // Once more: a push may just have put sound bytes in the place of those that were open.
  const again = await hashBlob(blobs, digest, { onBytes: () => {}, signal });
  if ('missing' in again || ('found' in again && again.found === digest)) return undefined;
  return 'found' in again ? `The bytes have the digest ${again.found}.` : again.damaged;
}

async function reportCorrupt(context: CheckContext, digest: Digest, damage: string): Promise<void> {
  const repair = context.isRepairing ? await repairBlob(context, digest) : undefined;
  const advice = repair === undefined ? ' Run with --repair, then push it again.' : '';
  context.found({
    kind: 'blob-corrupt',
    severity: 'problem',
    digest,
    text: `${damage}${advice}`,
    ...(repair && { repair }),
  });
}

/** The bytes are kept aside. What the database holds as well is put back; all else has to be pushed again. */
async function repairBlob({ blobs, db }: CheckContext, digest: Digest): Promise<string> {
  const place = await blobs.quarantine(digest);
  const content = await findManifestContent(db.reads, digest);
  if (content !== undefined && digestOf(algorithmOf(digest), content) === digest) {
    await blobs.put(digest, content);
    return `Moved to ${place}; put back from the database.`;
  }
  await db.transaction((trx) => unlinkBlobEverywhere(trx, digest));
  return `Moved to ${place} and taken out of its repositories: push it again.`;
}
