import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { BENCH_CACHE } from '../places.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly kernel: string;
  readonly fileSystem: string;
}

export function describeMachine(): Machine {
  const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'));
  const fileSystem = execFileSync('findmnt', ['-no', 'FSTYPE,OPTIONS', '-T', BENCH_CACHE], {
    encoding: 'utf8',
  });
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: name?.[1] ?? 'unknown',
    kernel: release(),
    fileSystem: fileSystem.trim().replace(/\s+/g, ' '),
  };
}
