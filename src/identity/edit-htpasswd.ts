import { randomUUID } from 'node:crypto';
import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { IdentityError } from './identity-error.ts';
import { readHtpasswdBytes } from './read-htpasswd-bytes.ts';

/**
 * Rewrites the lines of an htpasswd file; `edit` gets and gives lines without their ends, as byte strings (latin1), so
 * that what it leaves alone stays as it was in any encoding; undefined leaves the file alone. A reader sees the old or the new file, never a part.
 * A missing file is taken as empty, and made for its owner alone. Of two edits at once one may be lost.
 * Throws `htpasswd-unreadable`.
 */
export async function editHtpasswd(
  path: string,
  edit: (lines: readonly string[]) => readonly string[] | undefined,
): Promise<void> {
  const old = await readIfThere(path);
  const lines = old?.bytes.toString('latin1').replace(/\n$/, '').split('\n') ?? [];
  const edited = edit(lines.length === 1 && lines[0] === '' ? [] : lines);
  if (!edited) return;
  const content = Buffer.from(edited.map((line) => `${line}\n`).join(''), 'latin1');
  const target = old?.realPath ?? path;
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await writeLike(temporary, content, old);
    await rename(temporary, target);
    await syncDirectory(dirname(target));
  } catch (cause) {
    await unlink(temporary).catch(() => {});
    throw new IdentityError('htpasswd-unreadable', `${path} was not changed: ${reason(cause)}`, { cause });
  }
}

interface ExistingFile {
  readonly bytes: Buffer;
  /** Behind symbolic links, which stay. */
  readonly realPath: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

async function readIfThere(path: string): Promise<ExistingFile | undefined> {
  try {
    const bytes = await readHtpasswdBytes(path);
    const { mode, uid, gid } = await stat(path);
    return { bytes, realPath: await realpath(path), mode: mode & 0o777, uid, gid };
  } catch (error) {
    if (error instanceof IdentityError && error.code === 'htpasswd-missing') return undefined;
    throw error;
  }
}

async function writeLike(path: string, content: Buffer, old: ExistingFile | undefined): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(content);
  if (old) {
    const { uid, gid } = await file.stat();
    // A server that runs as another user than who edits must still be able to read the file.
    if (uid !== old.uid || gid !== old.gid) await file.chown(old.uid, old.gid);
    await file.chmod(old.mode);
  }
  await file.sync();
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EBUSY'
    ? 'it is mounted by itself, so that it cannot be replaced. Edit it outside of the container, or mount its directory.'
    : message;
}
