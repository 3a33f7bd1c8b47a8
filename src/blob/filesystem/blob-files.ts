import { dirname } from 'node:path';
import type { Clock } from '../../kernel/index.ts';
import { algorithmOf, type Digest, digestOf } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { BlobStore } from '../blob-store.ts';
import type { Files } from './files.ts';
import type { FilesystemLayout } from './filesystem-layout.ts';
import { listBlobFiles } from './list-blob-files.ts';
import { errnoOf, ifPresent, onDisk } from './on-disk.ts';
import { openBlobFile } from './open-blob-file.ts';
import type { Publisher } from './publisher.ts';
import { writeSyncedFile } from './write-synced-file.ts';

type BlobFiles = Pick<BlobStore, 'find' | 'open' | 'put' | 'delete' | 'list' | 'quarantine'>;

export function createBlobFiles(options: {
  files: Files;
  layout: FilesystemLayout;
  publisher: Publisher;
  clock: Clock;
}): BlobFiles {
  const { files, layout, publisher, clock } = options;

  const unknown = (digest: Digest) =>
    new BlobError('blob-unknown', `There is no blob ${digest}; push it again.`);

  /** Removes the directory of a blob that is gone; a push may have put the blob back meanwhile. */
  const removeEmptyDir = async (dir: string) => {
    await files.rmdir(dir).catch((error: unknown) => {
      const errno = errnoOf(error);
      if (errno !== 'ENOENT' && errno !== 'ENOTEMPTY' && errno !== 'EEXIST') throw error;
    });
    await publisher.syncDirectory(dirname(dir));
  };

  return {
    find: (digest) =>
      onDisk('look for a blob', layout.blobPath(digest), async () => {
        const stat = await ifPresent(files.stat(layout.blobPath(digest)));
        if (!stat?.isFile()) return undefined;
        return { sizeBytes: stat.size, modifiedAt: Math.floor(stat.mtimeMs) };
      }),

    open(digest) {
      const path = layout.blobPath(digest);
      return onDisk('open a blob', path, async () => {
        const file = await ifPresent(files.open(path, 'r'));
        if (file === undefined) throw unknown(digest);
        try {
          const stat = await file.stat();
          if (!stat.isFile()) throw unknown(digest);
          return openBlobFile(file, path, stat.size);
        } catch (error) {
          await file.close();
          throw error;
        }
      });
    },

    async put(digest, content) {
      if (digestOf(algorithmOf(digest), content) !== digest) {
        throw new BlobError('digest-mismatch', `The content does not have the digest ${digest}.`);
      }
      const path = layout.scratchPath();
      await onDisk('store content', path, async () => {
        await writeSyncedFile(files, path, content);
        await publisher.publish(path, digest).catch(async (error: unknown) => {
          await files.unlink(path).catch(() => {});
          throw error;
        });
      });
    },

    delete: (digest) =>
      onDisk('delete a blob', layout.blobPath(digest), async () => {
        await ifPresent(files.unlink(layout.blobPath(digest)));
        await removeEmptyDir(layout.blobDir(digest));
      }),

    list: (listing) => listBlobFiles({ files, layout, ...listing }),

    quarantine: (digest) =>
      onDisk('quarantine a blob', layout.blobPath(digest), async () => {
        const path = layout.quarantinePath(digest, clock.now());
        await files.mkdir(layout.quarantineDir);
        const moved = await ifPresent(files.rename(layout.blobPath(digest), path).then(() => true));
        if (moved === undefined) throw unknown(digest);
        await publisher.syncDirectory(layout.quarantineDir);
        await removeEmptyDir(layout.blobDir(digest));
        return path;
      }),
  };
}
