import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { IdentityError } from './identity-error.ts';

/** Some 200,000 users. A larger file is a mistake, and would stop the server while it is parsed. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Throws `htpasswd-missing` or `htpasswd-unreadable`. */
export async function readHtpasswdBytes(path: string): Promise<Buffer> {
  try {
    // Non-blocking, so that a named pipe in place of the file is refused instead of waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (stats.isDirectory()) {
      throw unreadable(path, 'is a directory. Docker makes one when it mounts a file that does not exist');
    }
    if (!stats.isFile()) throw unreadable(path, 'is not a file');
    if (stats.size > MAX_BYTES) throw unreadable(path, `is larger than ${MAX_BYTES} bytes`);
    const bytes = Buffer.alloc(stats.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new IdentityError(
        'htpasswd-missing',
        `${path} does not exist. Make it with its first user: lading htpasswd ${path} USER`,
        { cause },
      );
    }
    throw unreadable(path, `cannot be read: ${(cause as Error).message}`, cause);
  }
}

function unreadable(path: string, what: string, cause?: unknown): IdentityError {
  return new IdentityError('htpasswd-unreadable', `${path} ${what}.`, { cause });
}
