import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';
import type { Output } from './output.ts';

export interface Prompt extends Disposable {
  ask(question: string): Promise<string>;
  /** Nothing of the answer is shown. */
  askHidden(question: string): Promise<string>;
}

/** Asks whoever sits at the terminal. Throws `CliError` usage when there is no answer. */
export function createPrompt(input: NodeJS.ReadStream, err: Output): Prompt {
  let isHidden = false;
  // Readline takes the terminal's echo away and writes its own here.
  const echo = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (isHidden) return done();
      err.write(chunk).then(() => done(), done);
    },
  });
  const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
  lines.on('SIGINT', () => lines.close());
  const answers = lines[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await answers.next();
    if (done) throw new CliError('usage', 'No answer was given. Nothing was changed.');
    return value;
  };
  return {
    async ask(question) {
      isHidden = false;
      await err.write(question);
      return (await next()).trim();
    },
    async askHidden(question) {
      isHidden = true;
      await err.write(question);
      try {
        return await next();
      } finally {
        await err.write('\n');
      }
    },
    [Symbol.dispose]: () => lines.close(),
  };
}
