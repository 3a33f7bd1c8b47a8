import type { Dir, Stats } from 'node:fs';
import * as fs from 'node:fs/promises';

/** The operations the store asks of the file system; tests record them and make them fail. */
export interface Files {
  open(path: string, flags: 'r' | 'r+' | 'wx'): Promise<fs.FileHandle>;
  stat(path: string): Promise<Stats>;
  mkdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  opendir(path: string): Promise<Dir>;
}

/** The modes are those of registry:2, so that both programs, and its tools, can read one volume. */
export const nodeFiles: Files = {
  open: (path, flags) => fs.open(path, flags, 0o644),
  stat: (path) => fs.stat(path),
  mkdir: async (path) => {
    await fs.mkdir(path, { recursive: true, mode: 0o755 });
  },
  rename: fs.rename,
  unlink: fs.unlink,
  rmdir: (path) => fs.rmdir(path),
  opendir: (path) => fs.opendir(path),
};
