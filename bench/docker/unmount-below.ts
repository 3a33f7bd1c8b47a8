import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';

/** Engines leave their folder bound to itself when they end, whole layers when they are killed: no one can remove it. */
export function unmountBelow(dir: string): void {
  const folder = realpathSync(dir);
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  // Deepest first.
  for (const point of points.reverse()) execFileSync('umount', ['--lazy', point]);
}
