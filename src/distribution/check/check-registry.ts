import { resolve } from 'node:path';
import type { BlobStore } from '../../blob/index.ts';
import type { Database } from '../../db/index.ts';
import type { DistributionTables } from '../tables.ts';
import { linkLayout } from '../tree/link-layout.ts';
import type { Trail } from '../tree/trail.ts';
import { checkBlobRows } from './check-blob-rows.ts';
import { type BlobCounts, checkBlobs } from './check-blobs.ts';
import type { CheckContext } from './check-context.ts';
import { checkLinks } from './check-links.ts';
import { checkManifests } from './check-manifests.ts';
import { checkTags } from './check-tags.ts';
import type { Finding } from './finding.ts';

export interface CheckProgress {
  readonly stage: 'blobs' | 'facts' | 'links';
  /** Read back so far, of all that was stored when the check began. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface CheckReport extends BlobCounts {
  readonly manifests: number;
  readonly tags: number;
  readonly links: number;
  readonly unfinishedUploads: number;
  readonly problems: number;
  readonly notes: number;
  /** How many of the problems were repaired, as far as that can be done without a push. */
  readonly repaired: number;
}

export interface CheckOptions {
  readonly db: Database<DistributionTables>;
  readonly blobs: BlobStore;
  /** Where the link tree is; undefined for a registry in memory. */
  readonly root: string | undefined;
  /**
   * Repairs what it finds and lets this trail follow. Nothing is deleted: damaged bytes are put aside. There is one
   * trail for a root, so repairing takes the root's lock; a check alone may run beside a server.
   */
  readonly repair?: { readonly trail: Pick<Trail, 'flush'> };
  /** Called for each finding as it comes: there may be any number. */
  readonly onFinding: (finding: Finding) => void;
  /** Called often: once for each MiB read. */
  readonly onProgress?: (progress: CheckProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads everything back: each blob's bytes, each fact of the database, each link of the tree, and compares them.
 * Memory stays flat. Throws `BlobError`, `DbError` or `TreeError` when one of them cannot be read at all, and the
 * signal's reason.
 */
export async function checkRegistry(options: CheckOptions): Promise<CheckReport> {
  const { db, blobs, root, repair, signal, onFinding, onProgress } = options;
  const tally = { problems: 0, notes: 0, repaired: 0 };
  const context: CheckContext = {
    db,
    blobs,
    signal,
    isRepairing: repair !== undefined,
    found(finding) {
      tally[finding.severity === 'problem' ? 'problems' : 'notes'] += 1;
      if (finding.repair !== undefined) tally.repaired += 1;
      onFinding(finding);
    },
  };
  // First: what follows trusts the types of what the database says.
  await db.assertSound();
  const bytesTotal = await countBytes(blobs, signal);
  let bytesDone = 0;
  const progress = (stage: CheckProgress['stage']) => onProgress?.({ stage, bytesDone, bytesTotal });

  progress('blobs');
  const blobCounts = await checkBlobs(context, (bytes) => {
    bytesDone += bytes;
    progress('blobs');
  });
  // In this order: what was repaired before must not be found again, and what it left open must be.
  progress('facts');
  await checkBlobRows(context);
  const manifests = await checkManifests(context);
  const tags = await checkTags(context);
  const unfinishedUploads = await checkUploads(context);
  await repair?.trail.flush();
  progress('links');
  const links = root === undefined ? 0 : await checkLinks(context, linkLayout(resolve(root)));
  await repair?.trail.flush();
  return { ...blobCounts, manifests, tags, links, unfinishedUploads, ...tally };
}

async function countBytes(blobs: BlobStore, signal: AbortSignal | undefined): Promise<number> {
  let bytes = 0;
  for await (const { sizeBytes } of blobs.list(signal && { signal })) bytes += sizeBytes;
  return bytes;
}

async function checkUploads({ blobs, signal, found }: CheckContext): Promise<number> {
  let uploads = 0;
  // Drops none: all count as active. The contract has no other way to see them.
  await blobs.expireUploads({
    before: Number.MAX_SAFE_INTEGER,
    isActive: () => {
      uploads += 1;
      return true;
    },
    ...(signal && { signal }),
  });
  if (uploads > 0) {
    const text = `${uploads} uploads are not finished; a running server drops them when they are old enough.`;
    found({ kind: 'uploads-unfinished', severity: 'note', text });
  }
  return uploads;
}
