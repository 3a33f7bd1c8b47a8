/** Starts programs in process groups of their own, so that nothing of a story outlives it, however the story ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order they arrived. */
  readonly output: string;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly input?: string | Uint8Array;
  /** The exit code that is success; `any` accepts all. */
  readonly expect?: number | 'any';
  readonly timeoutMs?: number;
}

export interface Daemon {
  readonly pid: number;
  /** Resolves with the exit code, or 128 + n for a signal unknown to the shell convention. */
  readonly ended: Promise<number>;
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves with the exit code. */
  stop(graceMs?: number): Promise<number>;
  /** SIGKILL, at once. */
  kill(): Promise<void>;
}

const groups = new Set<number>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const pid of groups) signalGroup(pid, 'SIGKILL');
    process.exit(1);
  });
}

/** Runs a program to its end. Throws, with the command and all it printed, on any exit but the expected one. */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const child = spawn(file, args, { env: options.env, cwd: options.cwd, detached: true });
  const out: string[] = [];
  const all: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.push(text);
    all.push(text);
  });
  const err: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err.push(text);
    all.push(text);
  });
  // A program that does not read its input closes the pipe: its exit code tells, not EPIPE.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const timeoutMs = options.timeoutMs ?? 120_000;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  }, timeoutMs);
  const code = await exitOf(child, 'close');
  clearTimeout(timer);
  const result = { code, stdout: out.join(''), stderr: err.join(''), output: all.join('') };
  const expected = options.expect ?? 0;
  if (timedOut || (expected !== 'any' && code !== expected)) {
    const why = timedOut ? `killed after ${timeoutMs} ms` : `exit ${code}, expected ${expected}`;
    throw new Error(`${[file, ...args].join(' ')}\n${why}\n${result.output}`);
  }
  return result;
}

/** Starts a program that goes on running; what it prints goes to the file `log`. */
export function startDaemon(
  file: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly log: string },
): Daemon {
  const log = openSync(options.log, 'a');
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', log, log] });
  const ended = exitOf(child, 'exit');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${file} did not start`);
  let isSwept = false;
  // Once only, and while it may be alive: later the number may be another process's.
  const sweepGroup = () => {
    if (!isSwept) signalGroup(pid, 'SIGKILL');
    isSwept = true;
  };
  return {
    pid,
    ended,
    async stop(graceMs = 15_000) {
      if (isRunning(child)) child.kill('SIGTERM');
      await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
      sweepGroup();
      return await ended;
    },
    async kill() {
      sweepGroup();
      await ended;
    },
  };
}

function exitOf(child: ChildProcess, event: 'exit' | 'close'): Promise<number> {
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once(event, (code: number | null) => {
      if (pid !== undefined) groups.delete(pid);
      resolve(code ?? 128);
    });
  });
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
