import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Files, nodeFiles } from './files.ts';

/** For tests: the real file system, with a record of what was asked of it, and failures at will. */
export interface FaultyFiles {
  files: Files;
  /** Each call as `<operation> <last part of the path>`, those on handles included. */
  readonly calls: string[];
  /** Runs before each call; what it throws is the call's failure. May wait. */
  before: (call: string) => void | Promise<void>;
  openHandles: number;
}

export function errnoError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

export function createFaultyFiles(): FaultyFiles {
  const faulty: FaultyFiles = { files: nodeFiles, calls: [], before: () => {}, openHandles: 0 };

  const recorded = async <T>(operation: string, path: string, work: () => Promise<T>): Promise<T> => {
    const call = `${operation} ${basename(path)}`;
    faulty.calls.push(call);
    await faulty.before(call);
    return work();
  };

  const watched = (file: FileHandle, path: string): FileHandle => {
    const close = async () => {
      // Whatever the answer, the descriptor is gone, as it is with close(2).
      await file.close();
      faulty.openHandles -= 1;
      await recorded('close', path, async () => {});
    };
    const operations: Record<PropertyKey, unknown> = {
      close,
      [Symbol.asyncDispose]: close,
      sync: () => recorded('sync', path, () => file.sync()),
      fd: file.fd,
      stat: () => recorded('fstat', path, () => file.stat()),
      truncate: (length: number) => recorded('truncate', path, () => file.truncate(length)),
      writeFile: (data: Uint8Array) => recorded('write', path, () => file.writeFile(data)),
      read: (...args: [Uint8Array, number, number, number]) =>
        recorded('read', path, () => file.read(...args)),
      writev: async (chunks: Uint8Array[], position: number) => {
        // A short write, as disks that fill up give, before the rest is tried.
        const [first] = chunks;
        if (first !== undefined && first.byteLength > 1) {
          await file.writev([first.subarray(0, first.byteLength >> 1)], position);
        }
        return recorded('writev', path, () => file.writev(chunks, position));
      },
    };
    return new Proxy(file, { get: (_, name) => operations[name] });
  };

  faulty.files = {
    open: (path, flags) =>
      recorded('open', path, async () => {
        const file = await nodeFiles.open(path, flags);
        faulty.openHandles += 1;
        return watched(file, path);
      }),
    create: (path) => recorded('create', path, () => nodeFiles.create(path)),
    size: (file) => {
      faulty.calls.push('size');
      void faulty.before('size');
      return nodeFiles.size(file);
    },
    syncDirectory: (path) => recorded('sync', path, () => nodeFiles.syncDirectory(path)),
    stat: (path) => recorded('stat', path, () => nodeFiles.stat(path)),
    mkdir: (path) => recorded('mkdir', path, () => nodeFiles.mkdir(path)),
    rename: (from, to) => recorded('rename', to, () => nodeFiles.rename(from, to)),
    unlink: (path) => recorded('unlink', path, () => nodeFiles.unlink(path)),
    rmdir: (path) => recorded('rmdir', path, () => nodeFiles.rmdir(path)),
    opendir: (path) => recorded('opendir', path, () => nodeFiles.opendir(path)),
  };
  return faulty;
}
