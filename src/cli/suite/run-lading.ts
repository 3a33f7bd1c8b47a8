import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { systemClock } from '../../kernel/index.ts';
import type { CommandContext } from '../command-context.ts';
import { createProgram } from '../create-program.ts';
import { reportFailure } from '../report-failure.ts';
import { createRecordingOutput } from './recording-output.ts';

export const ladingProgram = join(import.meta.dirname, '..', '..', '..', 'bin', 'lading');

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly outBytes: Buffer;
  readonly err: string;
}

interface RunOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
  /** Standard input is a terminal, at which somebody types these lines. Not of a process of its own. */
  readonly typed?: readonly string[];
}

/** Runs a command in this process, as `main.ts` does. */
export async function runLading(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { env = {}, input = '' } = options;
  const out = createRecordingOutput();
  const err = createRecordingOutput();
  const stdin = options.typed ? terminalWith(options.typed) : Readable.from([Buffer.from(input)]);
  const context: CommandContext = { out, err, input: stdin as NodeJS.ReadStream, clock: systemClock, env };
  let code = 0;
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
  } catch (error) {
    code = await reportFailure(error, context);
  }
  return { code, out: out.text, outBytes: out.bytes, err: err.text };
}

function terminalWith(lines: readonly string[]): NodeJS.ReadableStream {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  terminal.write(lines.map((line) => `${line}\r`).join(''));
  return terminal;
}

/** Runs `bin/lading` as a shell would, with nothing of this process's settings. */
export async function spawnLading(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { env = {}, input = '' } = options;
  const child = spawn(ladingProgram, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that ends without reading its input is no failure of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [outBytes, err, code] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, out: outBytes.toString(), outBytes, err };
}

/** The objects of `--json`. */
export function parseJsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
