import type { Files } from './files.ts';

/** Creates a file whose bytes are on the disk when this resolves; if it fails, nothing is left of it. */
export async function writeSyncedFile(files: Files, path: string, content: Uint8Array): Promise<void> {
  const file = await files.open(path, 'wx');
  try {
    await using handle = file;
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await files.unlink(path).catch(() => {});
    throw error;
  }
}
