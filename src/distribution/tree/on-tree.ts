import { TreeError, type TreeErrorCode } from './tree-error.ts';

/** Runs `work`; failures of the file system leave as a TreeError. */
export async function onTree<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toTreeError(error, action, path);
  }
}

/** What `error`, thrown while trying to do `action` at `path`, is to be thrown as. */
export function toTreeError(error: unknown, action: string, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof TreeError) return error;
  const { code, advice } = meaningOf(errno);
  return new TreeError(code, `Could not ${action} (${errno}) at ${path}. ${advice}`, { cause: error });
}

/** What `work` gives, or undefined if the file or a directory on its way is not there. */
export async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
}

export function isAbsence(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
}

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function meaningOf(errno: string): { code: TreeErrorCode; advice: string } {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { code: 'tree-full', advice: 'Free space or inodes, or raise the quota.' };
    case 'ELOOP':
      return { code: 'tree-damaged', advice: 'It is a symbolic link, and those are not followed.' };
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ENXIO':
      return { code: 'tree-damaged', advice: 'There is something of another kind in its place.' };
    case 'EIO':
    case 'EUCLEAN':
    case 'EBADMSG':
      return { code: 'tree-damaged', advice: 'The disk or its file system is damaged: see the kernel log.' };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'tree-unavailable',
        advice: 'The user running this program may not do this: correct the owner or the mode.',
      };
    case 'EROFS':
      return { code: 'tree-unavailable', advice: 'The file system is mounted read-only.' };
    case 'EMFILE':
    case 'ENFILE':
      return { code: 'tree-unavailable', advice: 'No file descriptors are left: raise the limit.' };
    default:
      return { code: 'tree-unavailable', advice: 'See the cause; check the disk and its mount.' };
  }
}
