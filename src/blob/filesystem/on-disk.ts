import { BlobError } from '../blob-error.ts';

/** Carries through `onDisk` what is the caller's own: what its source threw, why its signal was aborted. */
export class CallersError extends Error {}

/** Runs `work`; what the disk throws leaves as a BlobError. The only place that reads errno for the caller. */
export async function onDisk<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CallersError ? error.cause : toBlobError(error, action, path);
  }
}

/** What `work` gives, or undefined if the file or a directory on its way is not there. */
export async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  });
}

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function toBlobError(error: unknown, action: string, path: string): BlobError {
  if (error instanceof BlobError) return error;
  const errno = errnoOf(error);
  const full = errno === 'ENOSPC' || errno === 'EDQUOT';
  const advice = adviceFor(errno) ?? 'See the cause; check the disk and its mount.';
  return new BlobError(
    full ? 'store-full' : 'store-unavailable',
    `Could not ${action} (${errno ?? 'unexpected error'}) at ${path}. ${advice}`,
    { cause: error },
  );
}

function adviceFor(errno: string | undefined): string | undefined {
  switch (errno) {
    case 'ENOSPC':
      return 'The file system has no space or no inodes left: free some, or enlarge it.';
    case 'EDQUOT':
      return 'The disk quota of the user running this program is used up: raise it, or free space.';
    case 'EMFILE':
    case 'ENFILE':
      return 'No file descriptors are left: raise the limit (ulimit -n, LimitNOFILE, --ulimit nofile).';
    case 'EACCES':
    case 'EPERM':
      return 'The user running this program may not do this: correct the owner or the mode of the directory.';
    case 'EROFS':
      return 'The file system is mounted read-only: mount it writable, and see the kernel log if it was.';
    case 'EXDEV':
      return 'docker/ and lading/ below the root must be on one file system: mount the root as a whole.';
    case 'EIO':
    case 'ESTALE':
      return 'The disk or the network file system failed: see the kernel log.';
    default:
      return undefined;
  }
}
