/** What images are made of: a root file system that runs anywhere, and random bytes that no compression shrinks. */

import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTool } from './tools.ts';

const DOCKERFILE = `FROM scratch
COPY bin/busybox /bin/busybox
COPY greeting /greeting
CMD ["/bin/busybox", "cat", "/greeting"]
`;

/** Writes a build context: busybox, a file that says `greeting`, and a Dockerfile whose image prints it. */
export function writeBuildContext(dir: string, { greeting }: { greeting: string }): void {
  mkdirSync(join(dir, 'bin'), { recursive: true });
  copyFileSync(findTool('busybox') ?? '/bin/busybox', join(dir, 'bin/busybox'));
  chmodSync(join(dir, 'bin/busybox'), 0o755);
  writeFileSync(join(dir, 'greeting'), greeting);
  writeFileSync(join(dir, 'Dockerfile'), DOCKERFILE);
}

/** Writes `sizeBytes` random bytes to a file. */
export function writeRandomFile(path: string, sizeBytes: number): void {
  writeFileSync(path, randomBytes(sizeBytes));
}
