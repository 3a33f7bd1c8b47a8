import { join } from 'node:path';
import {
  type Digest,
  digestFromHash,
  isDigestAlgorithm,
  parseTag,
  type RepositoryName,
} from '../../oci/index.ts';
import type { LinkKey, LinkLayout } from './link-layout.ts';
import { readTreeDirectory } from './tree-directory.ts';
import type { TreeProblem } from './tree-problem.ts';

export type ListedLink =
  | { readonly kind: 'link'; readonly repository: RepositoryName; readonly key: LinkKey }
  | { readonly kind: 'problem'; readonly problem: TreeProblem };

/** Places in one repository where links are or were: blobs, then revisions, then tags. */
export async function* listLinks(layout: LinkLayout, repository: RepositoryName): AsyncGenerator<ListedLink> {
  const link = (key: LinkKey): ListedLink => ({ kind: 'link', repository, key });
  // Read from the top, so that no directory on the way is a symbolic link.
  const own = new Set((await readTreeDirectory(layout.repositoryDir(repository))).directories);
  if (own.has('_layers')) {
    for await (const found of listDigests(layout.layersDir(repository))) {
      yield typeof found === 'string' ? link({ kind: 'layer', digest: found }) : problem(found);
    }
  }
  if (!own.has('_manifests')) return;
  const manifests = await readTreeDirectory(join(layout.repositoryDir(repository), '_manifests'));
  for (const found of manifests.problems) yield problem(found);
  if (manifests.directories.includes('revisions')) {
    for await (const found of listDigests(layout.revisionsDir(repository))) {
      yield typeof found === 'string' ? link({ kind: 'revision', digest: found }) : problem(found);
    }
  }
  if (!manifests.directories.includes('tags')) return;
  const tags = await readTreeDirectory(layout.tagsDir(repository));
  for (const found of tags.problems) yield problem(found);
  for (const name of tags.directories) {
    const tag = named(() => parseTag(name));
    yield tag === undefined
      ? problem(invalidName(join(layout.tagsDir(repository), name)))
      : link({ kind: 'tag', tag });
  }
}

async function* listDigests(path: string): AsyncGenerator<Digest | TreeProblem> {
  const algorithms = await readTreeDirectory(path);
  yield* algorithms.problems;
  for (const algorithm of algorithms.directories) {
    const below = join(path, algorithm);
    if (!isDigestAlgorithm(algorithm)) {
      yield invalidName(below);
      continue;
    }
    const { directories, problems } = await readTreeDirectory(below);
    yield* problems;
    for (const hex of directories) {
      yield named(() => digestFromHash(algorithm, hex)) ?? invalidName(join(below, hex));
    }
  }
}

function problem(found: TreeProblem): ListedLink {
  return { kind: 'problem', problem: found };
}

function named<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function invalidName(path: string): TreeProblem {
  return {
    kind: 'name-invalid',
    path,
    text: 'The name of this directory is no digest or tag that Lading knows.',
  };
}
