import type { Clock } from '../kernel/index.ts';
import type { Output } from './output.ts';

export interface StatusLine {
  /** Shows what `render` makes of the milliseconds since the start. Asks for it now and then only. */
  show(render: (elapsedMs: number) => string): void;
  /** Takes the line off the terminal, before something else is written and at the end. */
  clear(): void;
}

/** A terminal is redrawn this often; into a file goes a line now and then. */
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** How far a long command is: one line redrawn on a terminal, a line every few seconds elsewhere. */
export function createStatusLine(err: Output, clock: Clock): StatusLine {
  const startedAt = clock.now();
  const everyMs = err.isTerminal ? REDRAW_MS : LINE_MS;
  let nextAt = startedAt + everyMs;
  let isDrawn = false;
  // The command goes on when nobody can be told how far it is.
  const write = (text: string) => void err.write(text).catch(() => {});
  return {
    show(render) {
      const now = clock.now();
      if (now < nextAt) return;
      nextAt = now + everyMs;
      const text = render(now - startedAt);
      // A line that wraps could not be redrawn.
      write(err.isTerminal ? `\r${text.slice(0, err.columns - 1)}\u001b[K` : `${text}\n`);
      isDrawn = err.isTerminal;
    },
    clear() {
      if (isDrawn) write('\r\u001b[K');
      isDrawn = false;
    },
  };
}
