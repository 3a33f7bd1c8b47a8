import { BlobError, type BlobStore } from '../blob/index.ts';
import { type Descriptor, OciError, parseJsonStrictly } from '../oci/index.ts';
import { formatPlatform, isImageConfig } from './describe-manifest.ts';

/** Configs have a few KiB; one that is larger is not read into memory for its platform. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What an image runs on, as its config says; undefined when it does not say or the config cannot be read. */
export async function readConfigPlatform(
  blobs: BlobStore,
  config: Descriptor | undefined,
): Promise<string | undefined> {
  if (config === undefined || !isImageConfig(config.mediaType)) return undefined;
  try {
    const bytes = await readBlob(blobs, config);
    return bytes && formatPlatform(stringsOf(parseJsonStrictly(bytes)));
  } catch (error) {
    if (error instanceof BlobError || error instanceof OciError) return undefined;
    throw error;
  }
}

async function readBlob(blobs: BlobStore, { digest }: Descriptor): Promise<Uint8Array | undefined> {
  await using blob = await blobs.open(digest);
  if (blob.sizeBytes > MAX_BYTES) return undefined;
  const bytes = new Uint8Array(blob.sizeBytes);
  let filled = 0;
  while (filled < bytes.length) {
    const read = await blob.read(bytes.subarray(filled), filled);
    if (read === 0) return undefined;
    filled += read;
  }
  return bytes;
}

function stringsOf(config: unknown): Partial<Record<'os' | 'architecture' | 'variant', string>> {
  if (typeof config !== 'object' || config === null) return {};
  const strings = Object.entries(config).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(strings);
}
