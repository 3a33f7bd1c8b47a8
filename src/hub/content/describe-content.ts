import type { Descriptor, Digest, ParsedManifest, RepositoryName } from '../../oci/index.ts';
import type { ContentReader, ReadManifest } from './content-reader.ts';
import type { ImageConfig } from './parse-image-config.ts';

export interface PlatformWords {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly os_version?: string;
}

export interface PlatformImage {
  readonly platform: PlatformWords;
  readonly digest: Digest;
  /** Undefined when the image is not in this repository. */
  readonly contentBytes: number | undefined;
}

export interface DescribedContent {
  /** What is there of it, all platforms together. */
  readonly contentBytes: number;
  readonly images: readonly PlatformImage[];
  readonly isTruncated: boolean;
}

/** The official images have about ten. Bounds what one tag of an index of thousands costs. */
export const MAX_PLATFORMS = 64;

const imageConfigs: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/**
 * What is longer is not read to describe a list: those of real images have some tens of kilobytes, the longest that may
 * be pushed take a hundredth of a second each, and a list is of a hundred tags with `MAX_PLATFORMS` each.
 */
export const MAX_LISTED_BYTES = 256 * 1024;

/** Whether it is an image that runs, and its configuration one that says on what. */
export function isImage({ kind, artifactType }: ParsedManifest): boolean {
  return kind === 'image' && artifactType !== undefined && imageConfigs.includes(artifactType);
}

/** Configuration and layers, each blob once. */
export function contentBytesOf({ config, layers }: ParsedManifest): number {
  const sizes = new Map([...(config ? [config] : []), ...layers].map((one) => [one.digest, one.sizeBytes]));
  // What a manifest claims may be anything up to 2^53: more than a few of these would be no integer any more.
  return Math.min(
    [...sizes.values()].reduce((sum, size) => sum + size, 0),
    Number.MAX_SAFE_INTEGER,
  );
}

/** Digest of the image that a child of an index is an attestation about, as buildkit writes them. */
export function attestedBy({ annotations }: Descriptor): string | undefined {
  if (annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest') return undefined;
  return annotations['vnd.docker.reference.digest'] ?? '';
}

export function platformWords(
  platform: Partial<Record<'os' | 'architecture' | 'variant' | 'osVersion', string | undefined>> | undefined,
): PlatformWords | undefined {
  const { os, architecture, variant, osVersion } = platform ?? {};
  if (os === undefined || architecture === undefined) return undefined;
  return {
    os,
    architecture,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { os_version: osVersion }),
  };
}

export async function findImageConfig(
  reader: ContentReader,
  repository: RepositoryName,
  manifest: ParsedManifest,
): Promise<ImageConfig | undefined> {
  if (!manifest.config || !isImage(manifest)) return undefined;
  const read = await reader.readConfig(repository, manifest.config);
  return 'config' in read ? read.config : undefined;
}

/** What a tag's manifest holds for which platform; attestations are no platform. */
export async function describeContent(
  reader: ContentReader,
  repository: RepositoryName,
  { digest, parsed }: ReadManifest,
): Promise<DescribedContent> {
  if (!parsed) return { contentBytes: 0, images: [], isTruncated: false };
  if (parsed.kind === 'image') {
    const contentBytes = contentBytesOf(parsed);
    const platform = platformWords(await findImageConfig(reader, repository, parsed));
    return { contentBytes, images: platform ? [{ platform, digest, contentBytes }] : [], isTruncated: false };
  }
  const children = parsed.manifests.filter(
    (child) => attestedBy(child) === undefined && child.platform?.os !== 'unknown',
  );
  const images: PlatformImage[] = [];
  const sizes = new Map<Digest, number>();
  for (const child of children.slice(0, MAX_PLATFORMS)) {
    const contentBytes = await findContentBytes(reader, repository, child.digest);
    if (contentBytes !== undefined) sizes.set(child.digest, contentBytes);
    const platform = platformWords(child.platform);
    if (platform) images.push({ platform, digest: child.digest, contentBytes });
  }
  const sum = [...sizes.values()].reduce((total, size) => total + size, 0);
  return {
    contentBytes: Math.min(sum, Number.MAX_SAFE_INTEGER),
    images,
    isTruncated: children.length > MAX_PLATFORMS,
  };
}

/** Undefined when the repository does not have it, or it has no layers of its own (an index in an index). */
export async function findContentBytes(
  reader: ContentReader,
  repository: RepositoryName,
  digest: Digest,
): Promise<number | undefined> {
  const found = await reader.findManifest(repository, { kind: 'digest', digest }, MAX_LISTED_BYTES);
  return found?.parsed?.kind === 'image' ? contentBytesOf(found.parsed) : undefined;
}
