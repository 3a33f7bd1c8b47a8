import { findNewestTag } from '../../distribution/index.ts';
import type { Reference, RepositoryName, Tag } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import { attestedBy, findImageConfig, MAX_LISTED_BYTES, platformWords } from './describe-content.ts';

/** What the newest tag of a repository says about it. */
export interface NewestImage {
  readonly tag: Tag;
  /** When the tag moved, milliseconds since the Unix epoch. */
  readonly updatedAt: number;
  /** Labels of its configuration and annotations of its manifest, which win. Whatever their maker wrote. */
  readonly labels: Readonly<Record<string, string>>;
  readonly platforms: readonly { readonly os: string; readonly architecture: string }[];
  /** What kind of thing it is: the artifact type, or the media type of the configuration. */
  readonly mediaType: string | undefined;
}

/** Undefined when the repository has no tag. What cannot be read of its manifests and configuration is left out. */
export async function findNewestImage(
  { distribution, reader }: Pick<HubContext, 'distribution' | 'reader'>,
  repository: RepositoryName,
): Promise<NewestImage | undefined> {
  const tag = await findNewestTag(distribution.db.reads, repository);
  if (!tag) return undefined;
  const read = async (reference: Reference) =>
    (await reader.findManifest(repository, reference, MAX_LISTED_BYTES))?.parsed;
  const top = await read({ kind: 'tag', tag: tag.name });
  const at = { tag: tag.name, updatedAt: tag.updatedAt };
  if (!top) return { ...at, labels: {}, platforms: [], mediaType: undefined };
  const children = top.manifests.filter(
    (child) => attestedBy(child) === undefined && child.platform?.os !== 'unknown',
  );
  const first = children[0];
  const image = top.kind === 'index' && first ? await read({ kind: 'digest', digest: first.digest }) : top;
  const config = image && (await findImageConfig(reader, repository, image));
  const listed = children.flatMap(({ platform }) => platformOf(platform));
  return {
    ...at,
    labels: { ...config?.labels, ...image?.annotations, ...top.annotations },
    platforms: listed.length > 0 ? listed : platformOf(config),
    mediaType: top.artifactType ?? (top.kind === 'index' ? image?.artifactType : undefined),
  };
}

function platformOf(platform: Parameters<typeof platformWords>[0]) {
  const words = platformWords(platform);
  return words?.os && words.architecture ? [{ os: words.os, architecture: words.architecture }] : [];
}
