import { join } from 'node:path';
import { type Digest, digestAlgorithms, hexOf, parseDigest } from '../../oci/index.ts';
import { directoryNames } from './directory-names.ts';
import type { Files } from './files.ts';
import type { FilesystemLayout } from './filesystem-layout.ts';
import { ifPresent, toBlobError } from './on-disk.ts';

/**
 * Walks the tree. What is not ours is passed over: registry:2 and operators leave files there. A directory that
 * cannot be read throws, since a list that lacks blobs would pass for the truth.
 */
export async function* listBlobFiles(options: {
  files: Files;
  layout: FilesystemLayout;
  signal?: AbortSignal;
}): AsyncGenerator<{ digest: Digest; sizeBytes: number }> {
  const { files, layout, signal } = options;
  for await (const digest of guarded(listDigests(files, layout), layout.blobsDir)) {
    signal?.throwIfAborted();
    const path = layout.blobPath(digest);
    const stat = await ifPresent(files.stat(path)).catch((error: unknown) => {
      throw toBlobError(error, 'look at a blob', path);
    });
    if (stat?.isFile()) yield { digest, sizeBytes: stat.size };
  }
}

async function* listDigests(files: Files, layout: FilesystemLayout): AsyncGenerator<Digest> {
  for (const algorithm of digestAlgorithms) {
    const algorithmDir = join(layout.blobsDir, algorithm);
    for await (const prefix of directoryNames(files, algorithmDir)) {
      for await (const hex of directoryNames(files, join(algorithmDir, prefix))) {
        const digest = digestOrUndefined(`${algorithm}:${hex}`);
        // A blob in the wrong place is not one that `find` would see.
        if (digest !== undefined && hexOf(digest).slice(0, 2) === prefix) yield digest;
      }
    }
  }
}

/** Errors of the walk become BlobErrors; those of the consumer do not come this way. */
async function* guarded<T>(walk: AsyncIterable<T>, path: string): AsyncGenerator<T> {
  try {
    yield* walk;
  } catch (error) {
    throw toBlobError(error, 'list the blobs', path);
  }
}

function digestOrUndefined(text: string): Digest | undefined {
  try {
    return parseDigest(text);
  } catch {
    return undefined;
  }
}
