import type { Clock } from '../kernel/index.ts';
import { formatBytes } from './format-bytes.ts';
import { formatDuration } from './format-duration.ts';
import type { Output } from './output.ts';

export interface Work {
  readonly doneBytes: number;
  /** Undefined while it is not known. */
  readonly totalBytes: number | undefined;
  /** What is worked on now, or has been counted: `12 of 300 blobs`. */
  readonly text: string;
}

export interface Progress {
  /** Costs next to nothing when called too often. */
  show(work: Work): void;
  /** Takes the bar off the terminal, before something else is written and at the end. */
  clear(): void;
}

const BAR_WIDTH = 24;
/** A terminal is redrawn this often; into a file goes a line now and then. */
const REDRAW_MS = 100;
const LINE_MS = 5_000;
/** Before that a rate says nothing. */
const FIRST_RATE_MS = 1_000;

/** A bar with bytes, rate and time left on a terminal, a line every few seconds elsewhere. */
export function createProgress(err: Output, clock: Clock): Progress {
  const startedAt = clock.now();
  const everyMs = err.isTerminal ? REDRAW_MS : LINE_MS;
  let nextAt = startedAt + everyMs;
  let isDrawn = false;

  return {
    show(work) {
      const now = clock.now();
      if (now < nextAt) return;
      nextAt = now + everyMs;
      const text = describe(work, now - startedAt);
      if (!err.isTerminal) {
        void err.write(`${text}\n`);
        return;
      }
      const line = `${bar(work)}${text}`.slice(0, err.columns - 1);
      void err.write(`\r${line}\u001b[K`);
      isDrawn = true;
    },
    clear() {
      if (isDrawn) void err.write('\r\u001b[K');
      isDrawn = false;
    },
  };
}

function describe({ doneBytes, totalBytes, text }: Work, elapsedMs: number): string {
  const parts = [totalBytes === undefined ? formatBytes(doneBytes) : ratio(doneBytes, totalBytes)];
  if (elapsedMs >= FIRST_RATE_MS) {
    const bytesPerMs = doneBytes / elapsedMs;
    parts.push(`${formatBytes(bytesPerMs * 1000)}/s`);
    const leftBytes = totalBytes === undefined ? 0 : totalBytes - doneBytes;
    if (leftBytes > 0 && bytesPerMs > 0) parts.push(`${formatDuration(leftBytes / bytesPerMs)} left`);
  }
  return [...parts, text].join(', ');
}

function ratio(doneBytes: number, totalBytes: number): string {
  return `${Math.floor(share(doneBytes, totalBytes) * 100)} %, ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
}

function bar({ doneBytes, totalBytes }: Work): string {
  if (totalBytes === undefined) return '';
  const filled = Math.round(share(doneBytes, totalBytes) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} `;
}

/** Blobs pushed while they are counted may make more of it than there was. */
function share(doneBytes: number, totalBytes: number): number {
  return totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
}
