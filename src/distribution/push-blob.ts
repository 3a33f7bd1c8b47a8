import { BlobError, type OpenBlob } from '../blob/index.ts';
import type { Actor } from '../http/index.ts';
import type { EventOrigin } from '../jobs/index.ts';
import type { Digest, RepositoryName } from '../oci/index.ts';
import type { DistributionContext } from './context.ts';
import { ensureRepository } from './ensure-repository.ts';
import { findBlobSize, linkBlob, listRepositoriesWithBlob } from './store/blobs.ts';
import { recordTreeChanges } from './store/tree-changes.ts';

/** Makes a published blob readable through `repository`. Durable when it resolves. */
export async function addBlobToRepository(
  context: DistributionContext,
  repository: RepositoryName,
  blob: { digest: Digest; sizeBytes: number; actor?: Actor | undefined; origin?: EventOrigin },
): Promise<void> {
  const { digest, sizeBytes, actor, origin } = blob;
  const now = context.clock.now();
  await context.db.transaction(async (trx) => {
    const repositoryId = await ensureRepository(context, trx, { name: repository, actor, now, origin });
    await Promise.all([
      linkBlob(trx, { repositoryId, digest, sizeBytes, now }),
      recordTreeChanges(trx, repository, [{ kind: 'layer', name: digest }]),
    ]);
  });
  context.onTreeChange();
  context.onEvents?.();
}

/** Bounds how many repositories are asked about before an anonymous mount is declined. */
const MOUNT_CANDIDATES = 100;

/**
 * distribution-spec v1.1.1, "Mounting a blob from another repository". Answers whether it was done: only if the
 * bytes are there, whole, and a repository has them that the caller may pull from; without `from`, any such.
 */
export async function mountBlob(
  context: DistributionContext,
  repository: RepositoryName,
  mount: {
    digest: Digest;
    from: RepositoryName | undefined;
    actor?: Actor | undefined;
    origin?: EventOrigin;
    mayPull: (repository: RepositoryName) => Promise<boolean>;
  },
): Promise<boolean> {
  const { digest, from, actor, origin, mayPull } = mount;
  const candidates = from
    ? [from]
    : await listRepositoriesWithBlob(context.db.reads, digest, MOUNT_CANDIDATES);
  for (const candidate of candidates) {
    if (!(await mayPull(candidate))) continue;
    const sizeBytes = await findIntactBlob(context, candidate, digest);
    if (sizeBytes === undefined) continue;
    await addBlobToRepository(context, repository, { digest, sizeBytes, actor, ...(origin && { origin }) });
    return true;
  }
  return false;
}

/**
 * The size of the repository's blob, or undefined if it does not have it or its bytes are gone or cut short: then
 * a client that is told so pushes it again, which heals it.
 */
export async function findIntactBlob(
  context: DistributionContext,
  repository: RepositoryName,
  digest: Digest,
): Promise<number | undefined> {
  const sizeBytes = await findBlobSize(context.db.reads, repository, digest);
  if (sizeBytes === undefined) return undefined;
  const stored = await context.blobs.find(digest);
  if (stored?.sizeBytes === sizeBytes) return sizeBytes;
  logDamage(context, { repository, digest, expectedBytes: sizeBytes, storedBytes: stored?.sizeBytes });
  return undefined;
}

/** As `findIntactBlob`, for who reads it: looks at the file that it opens. */
export async function openIntactBlob(
  context: DistributionContext,
  repository: RepositoryName,
  digest: Digest,
): Promise<OpenBlob | undefined> {
  const sizeBytes = await findBlobSize(context.db.reads, repository, digest);
  if (sizeBytes === undefined) return undefined;
  const blob = await context.blobs.open(digest).catch((error: unknown) => {
    if (error instanceof BlobError && error.code === 'blob-unknown') return undefined;
    throw error;
  });
  if (blob?.sizeBytes === sizeBytes) return blob;
  await blob?.close();
  logDamage(context, { repository, digest, expectedBytes: sizeBytes, storedBytes: blob?.sizeBytes });
  return undefined;
}

function logDamage(
  context: DistributionContext,
  blob: {
    repository: RepositoryName;
    digest: Digest;
    expectedBytes: number;
    storedBytes: number | undefined;
  },
): void {
  context.log.error(
    blob,
    'blob is missing or damaged in the store; a push of it heals it, `lading check` looks for more',
  );
}
