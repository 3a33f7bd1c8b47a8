import { BlobError } from '../../blob/index.ts';
import { findBlobSize, findManifest, findManifestStat, findNewestTag } from '../../distribution/index.ts';
import {
  type Descriptor,
  type ParsedManifest,
  parseManifest,
  type RepositoryName,
  type Tag,
} from '../../oci/index.ts';
import type { HubContext } from '../context.ts';

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

/** The same for a manifest: lists ask for as many as they are long. */
const MAX_MANIFEST_BYTES = 256 * 1024;
/** A configuration is some kilobytes; what is much longer is not read for its labels. */
const MAX_CONFIG_BYTES = 1024 * 1024;

const imageConfigs = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** Undefined when the repository has no tag. What cannot be read of its configuration is left out. */
export async function findNewestImage(
  { distribution }: Pick<HubContext, 'distribution'>,
  repository: RepositoryName,
): Promise<NewestImage | undefined> {
  const { reads } = distribution.db;
  const tag = await findNewestTag(reads, repository);
  if (!tag) return undefined;
  const read = async (reference: Parameters<typeof findManifest>[2]) => {
    const stat = await findManifestStat(reads, repository, reference);
    if (!stat || stat.sizeBytes > MAX_MANIFEST_BYTES) return undefined;
    const stored = await findManifest(reads, repository, reference);
    return stored && parseManifest(stored.content, stored.mediaType);
  };
  const top = await read({ kind: 'tag', tag: tag.name });
  if (!top)
    return { tag: tag.name, updatedAt: tag.updatedAt, labels: {}, platforms: [], mediaType: undefined };
  const children = top.manifests.filter(isForPlatform);
  const first = children[0];
  const image = top.kind === 'index' && first ? await read({ kind: 'digest', digest: first.digest }) : top;
  const config = image && (await readConfig(distribution, repository, image));
  const own = config && platformOf({ os: config.os, architecture: config.architecture });
  const listed = children.flatMap(({ platform }) => platformOf(platform) ?? []);
  return {
    tag: tag.name,
    updatedAt: tag.updatedAt,
    labels: { ...stringsOf(config?.labels), ...image?.annotations, ...top.annotations },
    platforms: listed.length > 0 ? listed : own ? [own] : [],
    mediaType: top.kind === 'index' ? (top.artifactType ?? image?.artifactType) : top.artifactType,
  };
}

/** buildkit puts its attestations among the images, for the platform unknown/unknown. */
function isForPlatform({ platform, annotations }: Descriptor): boolean {
  return platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined;
}

function platformOf(platform: { os?: unknown; architecture?: unknown } | undefined) {
  const { os, architecture } = platform ?? {};
  return typeof os === 'string' && typeof architecture === 'string' && os !== '' && architecture !== ''
    ? { os, architecture }
    : undefined;
}

async function readConfig(
  { blobs, db }: HubContext['distribution'],
  repository: RepositoryName,
  { config }: ParsedManifest,
) {
  if (!config || config.sizeBytes > MAX_CONFIG_BYTES || !imageConfigs.includes(config.mediaType)) {
    return undefined;
  }
  // A sparse or adopted manifest may name what only another repository has: its labels are not this one's to show.
  if ((await findBlobSize(db.reads, repository, config.digest)) === undefined) return undefined;
  try {
    await using blob = await blobs.open(config.digest);
    if (blob.sizeBytes > MAX_CONFIG_BYTES) return undefined;
    const bytes = new Uint8Array(blob.sizeBytes);
    for (let at = 0; at < bytes.byteLength; ) {
      const read = await blob.read(bytes.subarray(at), at);
      if (read === 0) return undefined;
      at += read;
    }
    const json = JSON.parse(Buffer.from(bytes).toString());
    return { os: json?.os, architecture: json?.architecture, labels: json?.config?.Labels };
  } catch (error) {
    // A blob that is damaged or gone, or text that is no JSON: the registry says so elsewhere.
    if (error instanceof BlobError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function stringsOf(labels: unknown): Record<string, string> {
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
