import { formatBytes } from './format-bytes.ts';
import { formatDuration } from './format-duration.ts';

const BAR_WIDTH = 24;
/** Before that a rate says nothing. */
const FIRST_RATE_MS = 1_000;

/** `████░░░░ 42 %, 4.2 GB of 10 GB, 310 MB/s, 19 s left` */
export function formatByteProgress(work: {
  doneBytes: number;
  totalBytes: number;
  elapsedMs: number;
}): string {
  const { doneBytes, totalBytes, elapsedMs } = work;
  // What is pushed while it is counted may make more of it than there was.
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * BAR_WIDTH);
  const parts = [
    `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${Math.floor(share * 100)} %`,
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
  ];
  if (elapsedMs >= FIRST_RATE_MS && doneBytes > 0) {
    const bytesPerMs = doneBytes / elapsedMs;
    parts.push(`${formatBytes(bytesPerMs * 1000)}/s`);
    if (totalBytes > doneBytes) parts.push(`${formatDuration((totalBytes - doneBytes) / bytesPerMs)} left`);
  }
  return parts.join(', ');
}
