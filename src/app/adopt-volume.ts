import { type AdoptionCounts, adoptTree, isAdopted } from '../distribution/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Storage } from './storage.ts';

/** How often a long adoption says how far it is. */
const PROGRESS_MS = 2_000;

/**
 * Takes over the volume of a registry:2, once, with progress in the log. Interrupted by `signal` or a crash, the
 * next start goes on where it was. Answers whether the database knows all that is on the volume.
 */
export async function adoptVolume(options: {
  storage: Storage;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}): Promise<boolean> {
  const { storage, clock, log, signal } = options;
  const { blobs, db, root } = storage;
  if (root === undefined || (await isAdopted(db.reads))) return true;
  const startedAt = clock.now();
  let saidAt = startedAt;
  const onProgress = (counts: AdoptionCounts) => {
    if (clock.now() - saidAt < PROGRESS_MS) return;
    saidAt = clock.now();
    const rate = Math.round((counts.repositories * 1000) / (saidAt - startedAt));
    log.info(
      { ...counts },
      `Reading in what is on the volume: ${inWords(counts)}, ${rate} repositories a second`,
    );
  };
  try {
    const { counts, reportFile } = await adoptTree({ db, blobs, root, clock, log, onProgress, signal });
    if (counts.repositories > 0) log.info({ ...counts }, `The volume was taken over: ${inWords(counts)}.`);
    if (counts.problems > 0) {
      log.warn(
        { problems: counts.problems, reportFile },
        `${counts.problems} damaged links or manifests on the volume were left out. ${reportFile} lists them.`,
      );
    }
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    log.info({}, 'Stopped while reading in the volume. The next start goes on from here.');
    return false;
  }
}

function inWords(counts: AdoptionCounts): string {
  return `${counts.repositories} repositories, ${counts.tags} tags, ${counts.manifests} manifests`;
}
