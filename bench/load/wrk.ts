import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

export interface WrkResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** GETs with Debian's wrk, one thread. Throws when a single answer was no 2xx or 3xx, or a connection broke. */
export async function runWrk(options: {
  url: string;
  connections: number;
  durationMs: number;
  headers: Readonly<Record<string, string>>;
}): Promise<WrkResult> {
  const seconds = Math.max(1, Math.round(options.durationMs / 1000));
  const args = ['-t1', `-c${options.connections}`, `-d${seconds}s`, '--timeout', '30s', '--latency'];
  for (const [name, value] of Object.entries(options.headers)) args.push('-H', `${name}: ${value}`);
  const { stdout } = await runFile('wrk', [...args, options.url], { timeout: seconds * 1000 + 60_000 });
  return parseWrk(stdout);
}

export function parseWrk(text: string): WrkResult {
  const problem = /^ *(Non-2xx or 3xx responses: .*|Socket errors: .*)$/m.exec(text);
  if (problem) throw new Error(`wrk: ${problem[1]}`);
  const total = /(\d+) requests in ([\d.]+)(us|ms|s|m)\b/.exec(text);
  const p50 = /^ +50% +([\d.]+)(us|ms|s|m) *$/m.exec(text);
  const p99 = /^ +99% +([\d.]+)(us|ms|s|m) *$/m.exec(text);
  if (!total || !p50 || !p99) throw new Error(`wrk printed what is not understood:\n${text}`);
  return {
    requests: Number(total[1]),
    seconds: milliseconds(total[2], total[3]) / 1000,
    p50Ms: milliseconds(p50[1], p50[2]),
    p99Ms: milliseconds(p99[1], p99[2]),
  };
}

function milliseconds(value: string | undefined, unit: string | undefined): number {
  if (unit === 'us') return Number(value) / 1000;
  const factor = { ms: 1, s: 1000, m: 60_000 }[unit ?? ''];
  if (factor === undefined) throw new Error(`wrk uses a unit that is not understood: ${unit}`);
  return Number(value) * factor;
}
