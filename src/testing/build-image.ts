import { type Digest, type DigestAlgorithm, digestOf, mediaTypes } from '../oci/index.ts';
import { someBytes } from './some-bytes.ts';

export interface BuiltBlob {
  readonly bytes: Buffer;
  readonly digest: Digest;
}

export interface BuiltManifest {
  readonly content: Buffer;
  readonly mediaType: string;
  readonly digest: Digest;
}

export interface BuiltImage {
  /** Config first, then the layers. */
  readonly blobs: readonly BuiltBlob[];
  readonly manifest: BuiltManifest;
}

export interface ImageOptions {
  /** Images of different seeds share nothing. */
  readonly seed?: number;
  readonly layers?: number;
  readonly layerBytes?: number;
  readonly algorithm?: DigestAlgorithm;
  /** Fields to add to the manifest, or to replace; undefined takes one away. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export function buildBlob(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): BuiltBlob {
  return { bytes: Buffer.from(bytes), digest: digestOf(algorithm, bytes) };
}

/** A manifest of any JSON value, written the way Go writes it: with spaces that no re-serialisation would keep. */
export function buildManifest(value: unknown, mediaType: string = mediaTypes.ociManifest): BuiltManifest {
  const content = Buffer.from(`${JSON.stringify(value, undefined, 3)}\n`);
  return { content, mediaType, digest: digestOf('sha256', content) };
}

export function descriptorOf(
  blob: { digest: Digest } & ({ bytes: Uint8Array } | { content: Uint8Array; mediaType: string }),
  mediaType?: string,
) {
  const size = 'bytes' in blob ? blob.bytes.byteLength : blob.content.byteLength;
  const own = 'mediaType' in blob ? blob.mediaType : 'application/octet-stream';
  return { mediaType: mediaType ?? own, digest: blob.digest, size };
}

/** An OCI image with real digests. Its layers are not archives: nothing here unpacks them. */
export function buildImage(options: ImageOptions = {}): BuiltImage {
  const { seed = 1, layers = 1, layerBytes = 1000, algorithm = 'sha256', fields } = options;
  const config = buildBlob(
    Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', seed })),
    algorithm,
  );
  const layerBlobs = Array.from({ length: layers }, (_, index) =>
    buildBlob(someBytes(layerBytes, seed * 100 + index), algorithm),
  );
  const manifest = buildManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: descriptorOf(config, 'application/vnd.oci.image.config.v1+json'),
    layers: layerBlobs.map((layer) => descriptorOf(layer, 'application/vnd.oci.image.layer.v1.tar')),
    ...fields,
  });
  return { blobs: [config, ...layerBlobs], manifest };
}

/** An image of nothing but a subject and a type, as signatures and SBOMs are stored. */
export function buildReferrer(
  subject: BuiltManifest,
  options: { artifactType?: string; annotations?: Record<string, string>; seed?: number } = {},
): BuiltImage {
  const { artifactType = 'application/vnd.example.sbom', annotations, seed = 1 } = options;
  const empty = buildBlob(Buffer.from('{}'));
  const manifest = buildManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: descriptorOf(empty, mediaTypes.ociEmpty),
    layers: [descriptorOf(empty, mediaTypes.ociEmpty)],
    subject: descriptorOf(subject),
    annotations: { 'example.seed': String(seed), ...annotations },
  });
  return { blobs: [empty], manifest };
}

export function buildIndex(
  manifests: readonly BuiltManifest[],
  fields: Record<string, unknown> = {},
): BuiltManifest {
  const value = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: manifests.map((manifest) => descriptorOf(manifest)),
    ...fields,
  };
  return buildManifest(value, mediaTypes.ociIndex);
}
