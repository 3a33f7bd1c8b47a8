import { resolve } from 'node:path';
import type { Clock, Logger } from '../../kernel/index.ts';
import type { BlobStore } from '../blob-store.ts';
import { createBlobFiles } from './blob-files.ts';
import { type Files, nodeFiles } from './files.ts';
import { filesystemLayout } from './filesystem-layout.ts';
import { onDisk } from './on-disk.ts';
import { createPublisher } from './publisher.ts';
import { createUploadFiles } from './upload-files.ts';

/**
 * Blobs in files below `root`, in the layout of registry:2 (drawn in filesystem-layout.ts). Makes the directories it
 * needs. Throws `BlobError` if it may not. Several processes may share one root, if each upload has one writer: a
 * second one could write into bytes already published. `files` is there for tests.
 */
export async function createFilesystemBlobStore(options: {
  root: string;
  clock: Clock;
  log: Logger;
  files?: Files;
}): Promise<BlobStore> {
  const { clock, log, files = nodeFiles } = options;
  const layout = filesystemLayout(resolve(options.root));
  const publisher = createPublisher({ files, layout });

  for (const path of [layout.blobsDir, layout.uploadsDir]) {
    await onDisk('make a directory', path, () => files.mkdir(path));
  }

  return {
    ...createBlobFiles({ files, layout, publisher, clock }),
    ...createUploadFiles({ files, layout, publisher, log }),

    async checkHealth() {
      await onDisk('look at the blobs', layout.blobsDir, () => files.stat(layout.blobsDir));
      const path = layout.scratchPath();
      await onDisk('write and remove a file', path, () => writeAndRemove(files, path));
    },

    // Nothing is held between calls: whoever opened a blob closes it.
    async close() {},
  };
}

/** Without a sync: a disk busy with pushes would look dead to a probe that has a time limit. */
async function writeAndRemove(files: Files, path: string): Promise<void> {
  const file = await files.open(path, 'wx');
  try {
    await using handle = file;
    await handle.writeFile(new Uint8Array(1));
  } finally {
    await files.unlink(path);
  }
}
