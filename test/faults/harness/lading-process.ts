import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As users start it, with what it asks of Node. It execs, so that the process is the server's. */
const lading = join(import.meta.dirname, '..', '..', '..', 'bin', 'lading');
/** A start that takes longer has failed. */
const READY_MS = 30_000;
/** How much of its log is kept: a server in trouble may write much. */
const LOG_CHARACTERS = 200_000;

export interface LadingOptions {
  readonly root: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the program: `['prlimit', '--nofile=64']`. It must exec, so that the process is the server's. */
  readonly through?: readonly string[];
}

/** `lading serve` as a process of its own. */
export interface LadingProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Processor time up to the line that says it listens: unlike the clock's, the same on a busy machine. */
  readonly readyCpuMs: number;
  /** The end of its log. */
  log(): string;
  /** The exit code; undefined for a signal. */
  readonly ended: Promise<number | undefined>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<number | undefined>;
  /** Open file descriptors. */
  handles(): number;
  residentBytes(): number;
}

/** Throws {@link StartFailed} when it ends before it listens. */
export async function startLading(options: LadingOptions): Promise<LadingProcess> {
  const args = ['serve', '--root', options.root, '--addr', '127.0.0.1:0'];
  const { child, log, ended } = launch(args, options);
  const pid = child.pid ?? 0;
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not ready after ${READY_MS} ms:\n${log()}`));
    }, READY_MS);
    child.stderr?.on('data', () => {
      const found = /Lading listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(log())?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    });
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new StartFailed(code, log()));
    });
  });
  const readyCpuMs = cpuMs(pid);
  const kill = async () => {
    if (isRunning(child)) child.kill('SIGKILL');
    await ended;
  };
  return {
    pid,
    port,
    readyCpuMs,
    log,
    ended,
    kill,
    async stop() {
      if (isRunning(child)) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
    handles: () => readdirSync(`/proc/${pid}/fd`).length,
    residentBytes: () => residentBytes(pid),
    [Symbol.asyncDispose]: kill,
  };
}

/** The server ended by itself, with this exit code and this output. */
export class StartFailed extends Error {
  readonly code: number | undefined;
  readonly output: string;
  constructor(code: number | undefined, output: string) {
    super(`lading serve ended with ${code}:\n${output}`);
    this.code = code;
    this.output = output;
  }
}

/** Any other command to its end. */
export async function runLadingProcess(
  args: readonly string[],
  options: Omit<LadingOptions, 'root'> = {},
): Promise<{ code: number | undefined; output: string }> {
  const { log, ended } = launch(args, options);
  const code = await ended;
  return { code, output: log() };
}

function launch(args: readonly string[], options: Omit<LadingOptions, 'root'>) {
  const { env = {}, through = [] } = options;
  const [program = '', ...rest] = [...through, lading, ...args];
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, REGISTRY_LOG_ACCESSLOG_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text = (text + piece).slice(-LOG_CHARACTERS);
    });
  }
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve(code ?? undefined);
    });
  });
  ended.catch(() => {});
  return { child, ended, log: () => text };
}

// A test that is cut short must not leave servers behind.
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function cpuMs(pid: number): number {
  // Behind the name, which may hold spaces; utime and stime (proc(5)) in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
