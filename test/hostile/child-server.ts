import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ChildServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** The most memory that it has held so far, in bytes (Linux: VmHWM). */
  peakMemoryBytes(): number;
  /** What it holds now. */
  memoryBytes(): number;
  /** Ends it; resolves with everything that it said on its error output. */
  stop(): Promise<string>;
}

/** `lading serve` as users start it, in a process of its own. `args` go to Node, before the program. */
export async function startChildServer(root: string, args: readonly string[] = []): Promise<ChildServer> {
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...args,
      main,
      'serve',
      '--root',
      root,
      '--addr',
      '127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, REGISTRY_LOG_FORMATTER: 'json' } },
  );
  const exited = once(child, 'exit');
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended:\n${said}`)));
    createInterface(child.stderr).on('line', (line) => {
      said += `${line}\n`;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found) resolve(Number(found));
    });
  });
  const pid = child.pid ?? 0;
  const statusOf = (field: string) =>
    Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) *
    1024;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
    return said;
  };
  return {
    port,
    pid,
    peakMemoryBytes: () => statusOf('VmHWM'),
    memoryBytes: () => statusOf('VmRSS'),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
