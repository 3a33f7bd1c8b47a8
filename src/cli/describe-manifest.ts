import type { Database } from '../db/index.ts';
import { type DistributionTables, findManifest, type StoredManifest } from '../distribution/index.ts';
import {
  OciError,
  type ParsedManifest,
  type Platform,
  parseManifest,
  type RepositoryName,
} from '../oci/index.ts';

const imageConfigTypes = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

export interface ManifestDescription {
  /** Undefined when the manifest breaks the rules: it was adopted from a registry that let it in. */
  readonly parsed: ParsedManifest | undefined;
  /** `linux/arm64/v8`, as the index says; empty for what is no index. */
  readonly platforms: readonly string[];
  /** Bytes of config and layers, of every platform of an index; undefined when not readable. */
  readonly contentSizeBytes: number | undefined;
}

/** What a stored manifest is about, from the database alone. */
export async function describeManifest(
  reads: Database<DistributionTables>['reads'],
  repository: RepositoryName,
  manifest: StoredManifest,
): Promise<ManifestDescription> {
  const parsed = parse(manifest);
  if (parsed === undefined) return { parsed, platforms: [], contentSizeBytes: undefined };
  let contentSizeBytes = sizeOf(parsed);
  for (const { digest } of parsed.manifests) {
    const child = await findManifest(reads, repository, { kind: 'digest', digest });
    const parsedChild = child && parse(child);
    if (parsedChild) contentSizeBytes += sizeOf(parsedChild);
  }
  const platforms = parsed.manifests.flatMap(({ platform }) => formatPlatform(platform) ?? []);
  return { parsed, platforms: [...new Set(platforms)], contentSizeBytes };
}

/** A word for what it is: `index`, `image`, or the artifact's own type. */
export function kindOf(parsed: ParsedManifest | undefined): string {
  if (parsed === undefined) return 'unreadable';
  if (parsed.kind === 'index') return parsed.artifactType ?? 'index';
  return isImageConfig(parsed.artifactType) ? 'image' : (parsed.artifactType ?? 'image');
}

/** Undefined without one, and for build attestations, which docker marks as `unknown/unknown`. */
export function formatPlatform(platform: Partial<Platform> | undefined): string | undefined {
  const { os, architecture, variant } = platform ?? {};
  if (os === undefined || architecture === undefined || os === 'unknown') return undefined;
  return [os, architecture, variant].filter(Boolean).join('/');
}

export function isImageConfig(mediaType: string | undefined): boolean {
  return mediaType !== undefined && imageConfigTypes.includes(mediaType);
}

function parse(manifest: StoredManifest): ParsedManifest | undefined {
  try {
    return parseManifest(manifest.content, manifest.mediaType);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function sizeOf({ config, layers }: ParsedManifest): number {
  return layers.reduce((sum, layer) => sum + layer.sizeBytes, config?.sizeBytes ?? 0);
}
