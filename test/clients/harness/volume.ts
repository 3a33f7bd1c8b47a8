/** Looks at a volume in registry:2's layout from outside any registry. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Each blob file with its inode, size and time of change in content: equal when nothing was moved, copied or rewritten. */
export function blobFilesOf(root: string): Map<string, string> {
  const blobs = join(root, 'docker/registry/v2/blobs');
  const files = readdirSync(blobs, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('/data'),
  );
  return new Map(
    files.sort().map((path) => {
      const { ino, size, mtimeMs } = statSync(join(blobs, path));
      return [path, `inode ${ino}, ${size} bytes, written ${mtimeMs}`];
    }),
  );
}
