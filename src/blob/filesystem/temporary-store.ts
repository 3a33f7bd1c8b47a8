import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '../../kernel/index.ts';
import type { BlobStore } from '../blob-store.ts';
import type { BlobStoreUnderTest } from '../suite/fixtures.ts';
import type { Files } from './files.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';
import { filesystemLayout } from './filesystem-layout.ts';

/** For tests: a store in a directory of its own, which goes with it. `parent` holds nothing but the root. */
export async function temporaryStore(
  options: { files?: Files } = {},
): Promise<BlobStoreUnderTest & { parent: string; root: string; reopen(): Promise<BlobStore> }> {
  const parent = await mkdtemp(join(tmpdir(), 'lading-blob-'));
  const root = join(parent, 'root');
  const open = () => createFilesystemBlobStore({ root, clock: systemClock, log: silentLogger, ...options });
  return {
    parent,
    root,
    store: await open(),
    reopen: open,
    damage: (digest, bytes) => writeFile(filesystemLayout(root).blobPath(digest), bytes),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
}
