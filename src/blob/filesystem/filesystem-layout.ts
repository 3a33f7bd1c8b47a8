import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { algorithmOf, type Digest, type DigestAlgorithm, hexOf } from '../../oci/index.ts';
import { BlobError } from '../blob-error.ts';
import type { UploadKey } from '../blob-store.ts';
import { isUploadId } from '../upload-id.ts';

export interface FilesystemLayout {
  readonly root: string;
  readonly blobsDir: string;
  readonly uploadsDir: string;
  readonly quarantineDir: string;
  /** The directory of one blob, which holds its `data` and nothing else. */
  blobDir(digest: Digest): string;
  blobPath(digest: Digest): string;
  /** Throws `upload-unknown` for an id that is not a lower-case UUID: such a name never becomes a path. */
  uploadPath(key: UploadKey, algorithm: DigestAlgorithm): string;
  /** A name of its own beside the sessions, so that leftovers of a crash expire as they do. */
  scratchPath(): string;
  quarantinePath(digest: Digest, now: number): string;
}

const uploadName = /^([^.]+)\.[0-9a-f]{32}\.sha(?:256|512)$/;

/**
 * Draws every path below the root:
 *
 *     <root>/
 *       docker/registry/v2/blobs/            as registry:2 lays them out, so that its volume is adopted in place
 *         <algorithm>/<first 2 hex>/<hex>/data
 *       lading/                              ours; on the same file system, because publishing renames
 *         uploads/
 *           <id>.<repository>.<algorithm>    the bytes of one session; its size is the session's whole state
 *         quarantine/
 *           <algorithm>-<hex>-<time>-<random>
 *
 * `<repository>` is the first 32 hex digits of the SHA-256 of the repository's name: a session asked for in another
 * repository is simply not found, and no name from outside becomes a path. `<time>` is in milliseconds.
 */
export function filesystemLayout(root: string): FilesystemLayout {
  const blobsDir = join(root, 'docker', 'registry', 'v2', 'blobs');
  const uploadsDir = join(root, 'lading', 'uploads');
  const quarantineDir = join(root, 'lading', 'quarantine');
  const blobDir = (digest: Digest) => {
    const hex = hexOf(digest);
    return join(blobsDir, algorithmOf(digest), hex.slice(0, 2), hex);
  };
  const uploadPath = ({ repository, id }: UploadKey, algorithm: DigestAlgorithm) => {
    if (!isUploadId(id)) {
      throw new BlobError('upload-unknown', 'There is no such upload: its id is not a lower-case UUID.');
    }
    const owner = createHash('sha256').update(repository).digest('hex').slice(0, 32);
    return join(uploadsDir, `${id}.${owner}.${algorithm}`);
  };
  return {
    root,
    blobsDir,
    uploadsDir,
    quarantineDir,
    blobDir,
    blobPath: (digest) => join(blobDir(digest), 'data'),
    uploadPath,
    // No repository has an empty name, so no session is ever found under it.
    scratchPath: () => uploadPath({ repository: '', id: randomUUID() }, 'sha256'),
    // The random part keeps a blob quarantined twice in a millisecond from replacing itself.
    quarantinePath: (digest, now) =>
      join(quarantineDir, `${algorithmOf(digest)}-${hexOf(digest)}-${now}-${randomUUID().slice(0, 8)}`),
  };
}

/** The session id in the name of a file in `uploadsDir`, or undefined if the file is not ours. */
export function uploadIdOf(fileName: string): string | undefined {
  const id = uploadName.exec(fileName)?.[1];
  return id !== undefined && isUploadId(id) ? id : undefined;
}
