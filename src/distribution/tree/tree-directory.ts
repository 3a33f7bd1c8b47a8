import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent, onTree } from './on-tree.ts';
import { TreeError } from './tree-error.ts';
import type { TreeProblem } from './tree-problem.ts';

/** The directories in a directory of the tree, in the order of their names. */
export interface TreeDirectory {
  readonly directories: readonly string[];
  /** Why some or all of what is there is not among them. */
  readonly problems: readonly TreeProblem[];
}

/** Files are passed over; a directory that is not there is an empty one. Throws `TreeError`, but not for damage. */
export async function readTreeDirectory(path: string): Promise<TreeDirectory> {
  try {
    const entries = await onTree('read a directory', path, () =>
      ifPresent(readdir(path, { withFileTypes: true })),
    );
    const present = entries ?? [];
    return {
      directories: present
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort(),
      problems: present
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => ({
          kind: 'symbolic-link',
          path: join(path, entry.name),
          text: 'A symbolic link, which is not followed: put what it leads to in its place.',
        })),
    };
  } catch (error) {
    return { directories: [], problems: [unreadable(error, path)] };
  }
}

/** What damage of one place has to say. Rethrows what is no damage of one place. */
export function unreadable(error: unknown, path: string): TreeProblem {
  if (!(error instanceof TreeError) || error.code !== 'tree-damaged') throw error;
  return { kind: 'unreadable', path, text: error.message };
}
