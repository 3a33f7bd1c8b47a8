import { setImmediate } from 'node:timers/promises';
import { listRepositoryBlobs } from '../../distribution/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';

/** Some milliseconds of the event loop. */
const BLOBS_PER_STEP = 500;

/** What one repository holds, and what of it another of those it is compared with has, too. As of now. */
export async function measureRepository(
  { distribution }: Pick<HubContext, 'distribution'>,
  repository: RepositoryName,
  within: 'namespace' | 'registry',
): Promise<{ ownBytes: number; sharedBytes: number; blobs: number }> {
  const measured = { ownBytes: 0, sharedBytes: 0, blobs: 0 };
  let after = '';
  for (;;) {
    const page = { repository, within, after, limit: BLOBS_PER_STEP };
    const blobs = await listRepositoryBlobs(distribution.db.reads, page);
    for (const { sizeBytes, isShared } of blobs) {
      measured[isShared ? 'sharedBytes' : 'ownBytes'] += sizeBytes;
    }
    measured.blobs += blobs.length;
    const last = blobs.at(-1);
    if (!last || blobs.length < BLOBS_PER_STEP) return measured;
    after = last.digest;
    await setImmediate();
  }
}
