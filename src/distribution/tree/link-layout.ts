import { join } from 'node:path';
import { DbError } from '../../db/index.ts';
import { algorithmOf, type Digest, hexOf, type RepositoryName, type Tag } from '../../oci/index.ts';

/** Names one link of a repository: what a fact of the database looks like in registry:2's tree. */
export type LinkKey =
  | { readonly kind: 'layer'; readonly digest: Digest }
  | { readonly kind: 'revision'; readonly digest: Digest }
  | { readonly kind: 'tag'; readonly tag: Tag };

export interface LinkLayout {
  readonly root: string;
  readonly repositoriesDir: string;
  /** One line of JSON for each thing that an adoption could not take over. */
  readonly adoptionReport: string;
  repositoryDir(repository: RepositoryName): string;
  layersDir(repository: RepositoryName): string;
  revisionsDir(repository: RepositoryName): string;
  tagsDir(repository: RepositoryName): string;
  /** The directory that goes when the tag goes. */
  tagDir(repository: RepositoryName, tag: Tag): string;
  /** The file that says whether the fact is there; for a tag, which manifest it points at. */
  linkPath(repository: RepositoryName, key: LinkKey): string;
  /** Notes that the tag ever pointed at `digest`. */
  tagIndexPath(repository: RepositoryName, tag: Tag, digest: Digest): string;
}

/**
 * Draws every path of the link tree, which is registry:2's, so that it can be started again on the volume and the
 * database can be made anew from it:
 *
 *     <root>/
 *       docker/registry/v2/repositories/
 *         <name>/                                each part of the name is a directory; `a` and `a/b` may both be there
 *           _layers/<algorithm>/<hex>/link       the repository has this blob
 *           _manifests/                          present: the repository is in the catalog
 *             revisions/<algorithm>/<hex>/link   the repository has this manifest
 *             tags/<tag>/
 *               current/link                     what the tag points at
 *               index/<algorithm>/<hex>/link     what it ever pointed at
 *           _uploads/                            registry:2's sessions, left alone
 *       lading/adoption-report.jsonl
 *
 * A link holds a digest, `sha256:<hex>`, and nothing else, not even a newline. Its time of modification is when the
 * fact came to be. No part of a repository's name begins with `_`, so the directories above cannot be taken for one.
 */
export function linkLayout(root: string): LinkLayout {
  const repositoriesDir = join(root, 'docker', 'registry', 'v2', 'repositories');
  const below = (repository: RepositoryName, ...parts: string[]) => {
    for (const part of [...repository.split('/'), ...parts]) assertFileName(part);
    return join(repositoriesDir, repository, ...parts);
  };
  const tagDir = (repository: RepositoryName, tag: Tag) => below(repository, '_manifests', 'tags', tag);
  const ofDigest = (digest: Digest) => [algorithmOf(digest), hexOf(digest), 'link'];
  return {
    root,
    repositoriesDir,
    adoptionReport: join(root, 'lading', 'adoption-report.jsonl'),
    repositoryDir: (repository) => below(repository),
    layersDir: (repository) => below(repository, '_layers'),
    revisionsDir: (repository) => below(repository, '_manifests', 'revisions'),
    tagsDir: (repository) => below(repository, '_manifests', 'tags'),
    tagDir,
    linkPath(repository, key) {
      switch (key.kind) {
        case 'layer':
          return below(repository, '_layers', ...ofDigest(key.digest));
        case 'revision':
          return below(repository, '_manifests', 'revisions', ...ofDigest(key.digest));
        case 'tag':
          return join(tagDir(repository, key.tag), 'current', 'link');
      }
    },
    tagIndexPath: (repository, tag, digest) => join(tagDir(repository, tag), 'index', ...ofDigest(digest)),
  };
}

/**
 * The types promise this already. A mistake with them must still not reach a file outside the tree; and as names come out
 * of the database, which checks them no more, it may be damaged.
 */
function assertFileName(part: string): void {
  if (part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part)) {
    throw new DbError(
      'database-corrupt',
      `The database is damaged: it names ${JSON.stringify(part)}, which cannot be part of a path. Stop the server and run: lading rebuild`,
    );
  }
}
