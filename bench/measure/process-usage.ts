/** What a process group used, from /proc: threads count, and so do children that still run. */

import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that this runs on. */
const TICKS_PER_SECOND = 100;

export function groupCpuSeconds(group: number): number {
  let ticks = 0;
  for (const { fields } of membersOf(group)) ticks += Number(fields[11]) + Number(fields[12]);
  return ticks / TICKS_PER_SECOND;
}

/** Each process's own peak, added: an upper bound where they peaked at different times. */
export function groupPeakRssBytes(group: number): number {
  return sumOfStatus(group, 'VmHWM');
}

export function groupRssBytes(group: number): number {
  return sumOfStatus(group, 'VmRSS');
}

function sumOfStatus(group: number, key: string): number {
  let kibibytes = 0;
  for (const { pid } of membersOf(group)) {
    const line = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(read(`/proc/${pid}/status`));
    kibibytes += Number(line?.[1] ?? 0);
  }
  return kibibytes * 1024;
}

function* membersOf(group: number): Generator<{ pid: string; fields: readonly string[] }> {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = read(`/proc/${pid}/stat`);
    // The name in brackets may hold anything; what follows the last one is numbers.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[2] === String(group)) yield { pid, fields };
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
