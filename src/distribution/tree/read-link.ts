import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Digest, OciError, parseDigest } from '../../oci/index.ts';
import { ifPresent, onTree } from './on-tree.ts';
import { TreeError } from './tree-error.ts';

export interface Link {
  readonly target: Digest;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** A symbolic link must not lead out of the tree, and opening a pipe must not wait for its other end. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Longer than any digest by one, so that what is longer is seen to be. */
const maximumBytes = 136;

/** What the link file says, or undefined if there is none. Throws `TreeError`. */
export async function readLink(path: string): Promise<Link | undefined> {
  return onTree('read a link', path, async () => {
    const opened = await ifPresent(open(path, flags));
    if (opened === undefined) return undefined;
    await using file = opened;
    const stat = await file.stat();
    if (!stat.isFile()) throw new TreeError('tree-damaged', `${path} is not a file.`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maximumBytes), 0, maximumBytes, 0);
    return {
      target: parseTarget(buffer.toString('latin1', 0, bytesRead), path),
      modifiedAt: Math.round(stat.mtimeMs),
    };
  });
}

function parseTarget(text: string, path: string): Digest {
  try {
    return parseDigest(text);
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    throw new TreeError('tree-damaged', `${path} does not hold a digest: ${error.message}.`, {
      cause: error,
    });
  }
}
