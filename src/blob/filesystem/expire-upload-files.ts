import { join } from 'node:path';
import type { BlobStore } from '../blob-store.ts';
import { directoryNames } from './directory-names.ts';
import type { Files } from './files.ts';
import { type FilesystemLayout, uploadIdOf } from './filesystem-layout.ts';
import { ifPresent } from './on-disk.ts';

/** Sessions, and what a crash left of small files being published. Files of other names are not ours and stay. */
export async function expireUploadFiles(
  options: { files: Files; layout: FilesystemLayout } & Parameters<BlobStore['expireUploads']>[0],
): Promise<{ uploads: number; bytes: number }> {
  const { files, layout, before, isActive, signal } = options;
  const dropped = { uploads: 0, bytes: 0 };
  for await (const name of directoryNames(files, layout.uploadsDir)) {
    if (signal?.aborted) break;
    const id = uploadIdOf(name);
    if (id === undefined) continue;
    const path = join(layout.uploadsDir, name);
    const stat = await ifPresent(files.stat(path));
    if (stat === undefined || Math.floor(stat.mtimeMs) >= before || isActive(id)) continue;
    await ifPresent(files.unlink(path));
    dropped.uploads += 1;
    dropped.bytes += stat.size;
  }
  return dropped;
}
