import { closeSync, type Dir, fstatSync, fsync, open, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { createLookUp } from './look-up.ts';

const openDescriptor = promisify(open);
const syncDescriptor = promisify(fsync);

/** The operations the store asks of the file system; tests record them and make them fail. */
export interface Files {
  open(path: string, flags: 'r' | 'r+' | 'wx'): Promise<fs.FileHandle>;
  /** Makes an empty file. Fails if there is one. */
  create(path: string): Promise<void>;
  /** In bytes. Answers at once: right after opening, the system knows it. */
  size(file: fs.FileHandle): number;
  syncDirectory(path: string): Promise<void>;
  stat(path: string): Promise<Stats>;
  mkdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  opendir(path: string): Promise<Dir>;
}

/**
 * The modes are those of registry:2, so that both programs, and its tools, can read one volume.
 *
 * To hand an operation to Node's thread pool costs more than most of the system calls made there. So what does not
 * wait for a disk is called at once: the size of an open file, closing what has no bytes to be written, and looking at a
 * file while the disk is not needed for it.
 */
export const nodeFiles: Files = {
  open: (path, flags) => fs.open(path, flags, 0o644),
  create: async (path) => closeSync(await openDescriptor(path, 'wx', 0o644)),
  size: (file) => fstatSync(file.fd).size,
  syncDirectory: async (path) => {
    const directory = await openDescriptor(path, 'r');
    try {
      await syncDescriptor(directory);
    } finally {
      closeSync(directory);
    }
  },
  stat: createLookUp(),
  mkdir: async (path) => {
    await fs.mkdir(path, { recursive: true, mode: 0o755 });
  },
  rename: fs.rename,
  unlink: fs.unlink,
  rmdir: (path) => fs.rmdir(path),
  opendir: (path) => fs.opendir(path),
};
