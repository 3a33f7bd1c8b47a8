import type { FileHandle } from 'node:fs/promises';
import type { OpenBlob } from '../blob-store.ts';
import { onDisk } from './on-disk.ts';

/** Node's file handle waits for reads under way before it closes, and may be closed twice. */
export function openBlobFile(file: FileHandle, path: string, sizeBytes: number): OpenBlob {
  const close = () => onDisk('close a blob', path, () => file.close());
  return {
    sizeBytes,
    read: (target, position) =>
      onDisk('read a blob', path, async () => {
        const { bytesRead } = await file.read(target, 0, target.byteLength, position);
        return bytesRead;
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
