/** Images of random bytes, the same for the same seed: every contender gets the very same ones. */

import { createCipheriv, createHash } from 'node:crypto';

export interface Blob {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface Image {
  readonly config: Blob;
  readonly layers: readonly Blob[];
  readonly manifest: Blob;
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

export function makeImage(options: {
  seed: string;
  layers: number;
  minBytes: number;
  maxBytes: number;
}): Image {
  const { seed, minBytes, maxBytes } = options;
  const layers = Array.from({ length: options.layers }, (_, index) => {
    const share = createHash('sha256').update(`${seed}/size/${index}`).digest().readUInt32BE() / 2 ** 32;
    return blobOf(randomBytes(`${seed}/${index}`, Math.round(minBytes + share * (maxBytes - minBytes))));
  });
  const config = blobOf(
    json({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { seed } },
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    }),
  );
  return { config, layers, manifest: blobOf(json(manifestOf(config, layers))) };
}

export function blobOf(bytes: Uint8Array): Blob {
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

/** A key stream: cheap to make, and nothing compresses it. */
export function randomBytes(seed: string, sizeBytes: number): Uint8Array {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}

function manifestOf(config: Blob, layers: readonly Blob[]): object {
  const describe = (mediaType: string, { digest, bytes }: Blob) => ({
    mediaType,
    digest,
    size: bytes.length,
  });
  return {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describe(CONFIG_TYPE, config),
    layers: layers.map((layer) => describe(LAYER_TYPE, layer)),
  };
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
