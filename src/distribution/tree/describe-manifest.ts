import {
  type Digest,
  isDistributable,
  isIndexMediaType,
  isManifestMediaType,
  mediaTypes,
  OciError,
  parseDigest,
  parseManifest,
} from '../../oci/index.ts';

/** What the registry has to know of a manifest that it already holds. */
export interface ManifestDescription {
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly subject: Digest | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** The config and the layers that a registry may hold. */
  readonly blobs: readonly Digest[];
  /** Of an index. */
  readonly manifests: readonly Digest[];
}

/**
 * Reads a manifest that some registry accepted once. What registry:2 served is served on, even where a push of it
 * would be refused now (a key twice, a sloppy descriptor): then whatever can be made out is taken. Undefined for
 * what registry:2 of today would not serve as a manifest either, and for images of schema 1.
 */
export function describeManifest(content: Uint8Array): ManifestDescription | undefined {
  try {
    const manifest = parseManifest(content, undefined);
    const { config, layers, manifests } = manifest;
    return {
      mediaType: manifest.mediaType,
      artifactType: manifest.artifactType,
      subject: manifest.subject?.digest,
      annotations: manifest.annotations,
      blobs: [...(config ? [config] : []), ...layers.filter(isDistributable)].map(({ digest }) => digest),
      manifests: manifests.map(({ digest }) => digest),
    };
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    return describeLeniently(content);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function describeLeniently(content: Uint8Array): ManifestDescription | undefined {
  const body = parseObject(content);
  if (body?.schemaVersion !== 2) return undefined;
  const mediaType = textOf(body.mediaType) ?? mediaTypeByShape(body);
  if (mediaType === undefined || !isManifestMediaType(mediaType)) return undefined;
  const isIndex = isIndexMediaType(mediaType);
  const config = isIndex ? undefined : objectOf(body.config);
  const layers = isIndex ? [] : objectsOf(body.layers);
  const stored = layers.filter((layer) => isDistributable({ mediaType: textOf(layer.mediaType) ?? '' }));
  return {
    mediaType,
    artifactType: textOf(body.artifactType) ?? textOf(config?.mediaType),
    subject: digestIn(objectOf(body.subject)),
    annotations: annotationsOf(body.annotations),
    blobs: [config, ...stored].flatMap((descriptor) => digestIn(descriptor) ?? []),
    manifests: isIndex ? objectsOf(body.manifests).flatMap((child) => digestIn(child) ?? []) : [],
  };
}

function parseObject(content: Uint8Array): Fields | undefined {
  try {
    return objectOf(JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(content)));
  } catch {
    return undefined;
  }
}

/** Docker's types always say what they are. */
function mediaTypeByShape(body: Fields): string | undefined {
  if (Array.isArray(body.manifests)) return mediaTypes.ociIndex;
  if (objectOf(body.config) !== undefined) return mediaTypes.ociManifest;
  return body.manifests === null ? mediaTypes.ociIndex : undefined;
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function objectsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(objectOf).filter((item) => item !== undefined) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function digestIn(descriptor: Fields | undefined): Digest | undefined {
  const text = textOf(descriptor?.digest);
  try {
    return text === undefined ? undefined : parseDigest(text);
  } catch {
    return undefined;
  }
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  const fields = objectOf(value);
  if (fields === undefined || !Object.values(fields).every((text) => typeof text === 'string'))
    return undefined;
  return fields as Readonly<Record<string, string>>;
}
