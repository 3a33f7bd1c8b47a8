import type { BlobStore } from '../../blob/index.ts';
import { algorithmOf, type Digest, digestOf, type RepositoryName, type Tag } from '../../oci/index.ts';
import type { AdoptedBlob, AdoptedManifest, AdoptedTag } from '../store/adoption.ts';
import { describeManifest } from './describe-manifest.ts';
import type { LinkLayout } from './link-layout.ts';
import type { ListedLink } from './list-links.ts';
import { answerOf, readSmallBlob } from './read-blob.ts';
import { type Link, readLink } from './read-link.ts';
import { unreadable } from './tree-directory.ts';
import type { TreeProblem, TreeProblemKind } from './tree-problem.ts';
import type { WalkedRepository } from './walk-repositories.ts';

/** One thing of the tree as the database will hold it, or why it will not. */
export type TreeFact =
  | WalkedRepository
  | { readonly kind: 'end'; readonly repository: RepositoryName }
  | { readonly kind: 'blob'; readonly blob: AdoptedBlob }
  | { readonly kind: 'manifest'; readonly manifest: AdoptedManifest }
  | {
      readonly kind: 'tag';
      readonly tag: AdoptedTag;
      readonly path: string;
      /** Found among the blobs: so registry 2.0 linked manifests. */
      readonly manifest: AdoptedManifest | undefined;
    }
  | { readonly kind: 'problem'; readonly problem: TreeProblem };

interface Source {
  readonly layout: LinkLayout;
  readonly blobs: BlobStore;
}

/** What the place of a link holds; undefined if the link is gone, as after a deletion. */
export async function readFact(source: Source, listed: ListedLink): Promise<TreeFact | undefined> {
  if (listed.kind === 'problem') return listed;
  const { repository, key } = listed;
  const path = source.layout.linkPath(repository, key);
  try {
    const link = await readLink(path);
    if (key.kind === 'tag') return await readTag(source, { repository, tag: key.tag, path, link });
    if (link === undefined) return undefined;
    const { digest } = key;
    if (key.kind === 'layer') return await readLayer(source, { repository, digest, path, link });
    return await readRevision(source, { repository, digest, path, link });
  } catch (error) {
    return { kind: 'problem', problem: unreadable(error, path) };
  }
}

interface Place {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly path: string;
  readonly link: Link;
}

async function readLayer({ blobs }: Source, place: Place): Promise<TreeFact> {
  const { repository, digest, path, link } = place;
  if (link.target !== digest) {
    return problem(
      'alias',
      path,
      `It stands for ${link.target}; Lading serves a blob under one digest only.`,
    );
  }
  const answer = await answerOf(digest, async () => {
    const stat = await blobs.find(digest);
    return stat === undefined ? { missing: `The blob ${digest} is not in the store.` } : { found: stat };
  });
  if ('missing' in answer) return problem('blob-missing', path, answer.missing);
  if ('damaged' in answer) return problem('unreadable', path, answer.damaged);
  const { sizeBytes } = answer.found;
  return { kind: 'blob', blob: { repository, digest, sizeBytes, at: link.modifiedAt } };
}

async function readRevision({ blobs }: Source, place: Place): Promise<TreeFact> {
  const { repository, digest, path, link } = place;
  const answer = await readSmallBlob(blobs, link.target);
  if ('missing' in answer) return problem('blob-missing', path, answer.missing);
  if ('damaged' in answer) return problem('unreadable', path, answer.damaged);
  const content = answer.found;
  if (digestOf(algorithmOf(digest), content) !== digest) {
    return problem(
      'manifest-damaged',
      path,
      `The bytes stored for the manifest ${digest} have another digest.`,
    );
  }
  const description = describeManifest(content);
  if (description === undefined) {
    return problem(
      'manifest-unsupported',
      path,
      `${digest} is an image of schema 1 or no manifest at all. Push the image again with a current client.`,
    );
  }
  const { mediaType, artifactType, subject, annotations } = description;
  return {
    kind: 'manifest',
    manifest: {
      repository,
      digest,
      content,
      mediaType,
      artifactType,
      subject,
      annotations,
      at: link.modifiedAt,
    },
  };
}

async function readTag(
  source: Source,
  place: { repository: RepositoryName; tag: Tag; path: string; link: Link | undefined },
): Promise<TreeFact> {
  const { repository, path, link } = place;
  if (link === undefined) return problem('tag-dangling', path, 'The tag points at nothing.');
  const tag = { repository, name: place.tag, digest: link.target, at: link.modifiedAt };
  const { layout } = source;
  const revision = await readLink(layout.linkPath(repository, { kind: 'revision', digest: link.target }));
  if (revision !== undefined) return { kind: 'tag', tag, path, manifest: undefined };
  const layer = await readLink(layout.linkPath(repository, { kind: 'layer', digest: link.target }));
  if (layer === undefined) {
    return problem('tag-dangling', path, `The repository does not have the manifest ${link.target}.`);
  }
  const fact = await readRevision(source, { repository, digest: link.target, path, link: layer });
  return fact.kind === 'manifest' ? { kind: 'tag', tag, path, manifest: fact.manifest } : fact;
}

function problem(kind: TreeProblemKind, path: string, text: string): TreeFact {
  return { kind: 'problem', problem: { kind, path, text } };
}
