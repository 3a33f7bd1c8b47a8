import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRepositoryName, type RepositoryName } from '../../oci/index.ts';
import type { LinkLayout } from './link-layout.ts';
import { onTree } from './on-tree.ts';
import { readTreeDirectory, unreadable } from './tree-directory.ts';
import type { TreeProblem } from './tree-problem.ts';

export interface WalkedRepository {
  readonly kind: 'repository';
  readonly repository: RepositoryName;
  /** Whether it ever held a manifest: then registry:2 has it in the catalog, tags or not. */
  readonly listed: boolean;
  /** About when the first thing was pushed to it. */
  readonly createdAt: number;
}

type Walked = WalkedRepository | { readonly kind: 'problem'; readonly problem: TreeProblem };

/**
 * Every repository of the tree, one before those nested in it, else in the order of the names' parts. With
 * `after`, only those that come after it in this order. Holds the names of the directories on the way, no more.
 */
export async function* walkRepositories(
  layout: LinkLayout,
  after: RepositoryName | undefined,
): AsyncGenerator<Walked> {
  yield* walkDirectory(layout, { parts: [], after: after?.split('/') });
}

async function* walkDirectory(
  layout: LinkLayout,
  at: { parts: readonly string[]; after: readonly string[] | undefined },
): AsyncGenerator<Walked> {
  const path = join(layout.repositoriesDir, ...at.parts);
  const { directories, problems } = await readTreeDirectory(path);
  const isDone = at.after !== undefined;
  if (!isDone) {
    for (const problem of problems) yield { kind: 'problem', problem };
    if (at.parts.length > 0) yield* describe(layout, at.parts, directories);
  }
  const [afterName, ...afterRest] = at.after ?? [];
  for (const name of directories) {
    if (name.startsWith('_') || (afterName !== undefined && name < afterName)) continue;
    const parts = [...at.parts, name];
    const repository = nameOrProblem(parts, join(path, name));
    if (typeof repository !== 'string') {
      yield { kind: 'problem', problem: repository };
      continue;
    }
    yield* walkDirectory(layout, { parts, after: name === afterName ? afterRest : undefined });
  }
}

async function* describe(
  layout: LinkLayout,
  parts: readonly string[],
  directories: readonly string[],
): AsyncGenerator<Walked> {
  const own = directories.filter((name) => name === '_layers' || name === '_manifests');
  if (own.length === 0) return;
  const repository = parseRepositoryName(parts.join('/'));
  const path = layout.repositoryDir(repository);
  try {
    const times = await onTree('look at a repository', path, () =>
      Promise.all(own.map(async (name) => (await lstat(join(path, name))).mtimeMs)),
    );
    const createdAt = Math.round(Math.min(...times));
    yield { kind: 'repository', repository, listed: own.includes('_manifests'), createdAt };
  } catch (error) {
    yield { kind: 'problem', problem: unreadable(error, path) };
  }
}

/** A directory that no repository can be in is not descended into: registry:2 does not serve one there either. */
function nameOrProblem(parts: readonly string[], path: string): RepositoryName | TreeProblem {
  try {
    return parseRepositoryName(parts.join('/'));
  } catch {
    return {
      kind: 'name-invalid',
      path,
      text: 'The name of this directory cannot be part of a repository name.',
    };
  }
}
