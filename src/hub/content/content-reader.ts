import { BlobError } from '../../blob/index.ts';
import {
  type DistributionContext,
  findBlobSize,
  findManifest,
  findManifestStat,
} from '../../distribution/index.ts';
import {
  type Descriptor,
  type Digest,
  OciError,
  type ParsedManifest,
  parseManifest,
  type Reference,
  type RepositoryName,
} from '../../oci/index.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { type ImageConfig, parseImageConfig } from './parse-image-config.ts';

export interface ReadManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Undefined for one that breaks rules which the registry it was adopted from did not check, and for one that is too long. */
  readonly parsed: ParsedManifest | undefined;
}

export type ReadConfig =
  | { readonly config: ImageConfig }
  | { readonly problem: 'missing' | 'too-large' | 'unreadable' };

/** Reads what a repository holds in order to explain it. What is asked for often is kept, within bounds. */
export interface ContentReader {
  /** One that is longer than `maxBytes` is not parsed, nor read. */
  findManifest(
    repository: RepositoryName,
    reference: Reference,
    maxBytes?: number,
  ): Promise<ReadManifest | undefined>;
  /** The configuration of an image, read through the repository: another's is never shown. */
  readConfig(repository: RepositoryName, descriptor: Descriptor): Promise<ReadConfig>;
}

/** A configuration is some kilobytes. As many as a manifest may have, and what one request reads at most. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const CACHE_BYTES = 16 * 1024 * 1024;

export function createContentReader({ blobs, db }: Pick<DistributionContext, 'blobs' | 'db'>): ContentReader {
  // Their strings are slices of what was read: that is about what they hold.
  const configs = createBoundedCache<{ readonly read: ReadConfig; readonly bytes: number }>({
    maxBytes: CACHE_BYTES,
    sizeOf: ({ bytes }) => 2 * bytes,
  });
  const manifests = createBoundedCache<{
    readonly parsed: ParsedManifest | undefined;
    readonly bytes: number;
  }>({
    maxBytes: CACHE_BYTES,
    sizeOf: ({ bytes }) => 3 * bytes,
  });

  return {
    async findManifest(repository, reference, maxBytes = Number.POSITIVE_INFINITY) {
      const stat = await findManifestStat(db.reads, repository, reference);
      if (stat && stat.sizeBytes > maxBytes) {
        const { digest, mediaType, sizeBytes } = stat;
        return { digest, mediaType, sizeBytes, parsed: undefined };
      }
      const stored = await findManifest(db.reads, repository, reference);
      if (!stored) return undefined;
      const { digest, mediaType, sizeBytes, content } = stored;
      const kept = await manifests.get(`${digest} ${mediaType}`, async () => ({
        parsed: parseOrNot(content, mediaType),
        bytes: content.byteLength,
      }));
      return { digest, mediaType, sizeBytes, parsed: kept?.parsed };
    },

    async readConfig(repository, { digest }) {
      const sizeBytes = await findBlobSize(db.reads, repository, digest);
      if (sizeBytes === undefined) return { problem: 'missing' };
      if (sizeBytes > MAX_CONFIG_BYTES) return { problem: 'too-large' };
      const kept = await configs.get(digest, async () => {
        const bytes = await readBlob(digest);
        const config = bytes && parseImageConfig(bytes);
        return bytes && { read: config ? { config } : { problem: 'unreadable' }, bytes: bytes.byteLength };
      });
      return kept?.read ?? { problem: 'missing' };
    },
  };

  /** Undefined when it is gone or damaged: the registry says so elsewhere. */
  async function readBlob(digest: Digest): Promise<Uint8Array | undefined> {
    try {
      await using blob = await blobs.open(digest);
      if (blob.sizeBytes > MAX_CONFIG_BYTES) return undefined;
      const bytes = new Uint8Array(blob.sizeBytes);
      for (let at = 0; at < bytes.byteLength; ) {
        const read = await blob.read(bytes.subarray(at), at);
        if (read === 0) return undefined;
        at += read;
      }
      return bytes;
    } catch (error) {
      if (error instanceof BlobError && error.code === 'blob-unknown') return undefined;
      throw error;
    }
  }
}

function parseOrNot(content: Uint8Array, mediaType: string): ParsedManifest | undefined {
  try {
    return parseManifest(content, mediaType);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}
