import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes to: standard output or standard error. */
export interface Output {
  /** Resolves when it is written. Answers whether anybody still reads: `lading ls | head` stops early. */
  write(content: string | Uint8Array): Promise<boolean>;
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal. */
  readonly columns: number;
  /** In colour on a terminal, unless `NO_COLOR` is set. */
  style(style: Style, text: string): string;
}

/** Takes the errors of `stream` over: a reader that has gone is none, all others end the next `write`. */
export function createOutput(stream: NodeJS.WriteStream): Output {
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  const isOpen = () => {
    if (failure === undefined) return true;
    if (failure.code === 'EPIPE') return false;
    throw failure;
  };
  return {
    async write(content) {
      if (!isOpen()) return false;
      await new Promise<void>((resolve) => {
        stream.write(content, (error) => {
          if (error) failure ??= error;
          resolve();
        });
      });
      return isOpen();
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return (stream as Partial<WriteStream>).columns ?? 80;
    },
    style: (style, text) => styleText(style, text, { stream }),
  };
}
