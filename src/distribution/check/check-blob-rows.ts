import type { BlobStat } from '../../blob/index.ts';
import type { Digest } from '../../oci/index.ts';
import { findBlobSize } from '../store/blobs.ts';
import { correctBlobSize, unlinkBlobEverywhere } from '../store/repairs.ts';
import { allBlobRows, type BlobRow } from '../store/stored-facts.ts';
import type { CheckContext } from './check-context.ts';
import { hashBlob } from './hash-blob.ts';

/** Looks whether every blob that a repository has is there. Comes after `checkBlobs`: what is there is sound then. */
export async function checkBlobRows(context: CheckContext): Promise<void> {
  const { db, blobs, signal } = context;
  let last: { digest: Digest; stat: BlobStat | undefined } | undefined;
  for await (const row of allBlobRows(db.reads)) {
    signal?.throwIfAborted();
    const { digest } = row;
    if (last?.digest !== digest) last = { digest, stat: await blobs.find(digest) };
    if (last.stat?.sizeBytes === row.sizeBytes) continue;
    // Looked at again: a push or a deletion may have come between.
    const stat = await blobs.find(digest);
    const sizeBytes = await findBlobSize(db.reads, row.repository, digest);
    if (sizeBytes === undefined || stat?.sizeBytes === sizeBytes) continue;
    if (stat === undefined) await reportMissing(context, row);
    else await reportSize(context, row, stat.sizeBytes);
  }
}

async function reportMissing({ db, isRepairing, found }: CheckContext, row: BlobRow): Promise<void> {
  if (isRepairing) await db.transaction((trx) => unlinkBlobEverywhere(trx, row.digest));
  found({
    kind: 'blob-missing',
    severity: 'problem',
    repository: row.repository,
    digest: row.digest,
    text: 'The bytes of this blob are gone: push it again.',
    ...(isRepairing && { repair: 'Taken out of its repositories, so that clients push it again.' }),
  });
}

async function reportSize(context: CheckContext, row: BlobRow, storedBytes: number): Promise<void> {
  const { db, blobs, signal, isRepairing, found } = context;
  // Damaged bytes were found among the blobs.
  const hashed = await hashBlob(blobs, row.digest, { onBytes: () => {}, signal });
  if (!('found' in hashed) || hashed.found !== row.digest) return;
  if (isRepairing) await db.transaction((trx) => correctBlobSize(trx, row.digest, storedBytes));
  found({
    kind: 'blob-size',
    severity: 'problem',
    repository: row.repository,
    digest: row.digest,
    text: `The database says ${row.sizeBytes} bytes, the store has ${storedBytes}.`,
    ...(isRepairing && { repair: 'The size in the database was corrected: the bytes have their digest.' }),
  });
}
