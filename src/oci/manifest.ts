import { parseContentType } from './content-type.ts';
import { type Descriptor, readAnnotations, readDescriptor } from './descriptor.ts';
import {
  asArray,
  asObject,
  asString,
  fieldNames,
  type JsonObject,
  refuseOtherSpellings,
} from './json-fields.ts';
import { manifestMediaType } from './manifest-media-type.ts';
import { isIndexMediaType } from './media-types.ts';
import { OciError } from './oci-error.ts';
import { parseJsonStrictly } from './strict-json.ts';

/** What the registry needs to know of a manifest. The bytes stay what is stored and answered. */
export interface ParsedManifest {
  /** One of the four types accepted; to be answered as `Content-Type`. */
  readonly mediaType: string;
  readonly kind: 'image' | 'index';
  readonly schemaVersion: 2;
  /** As the referrers list shows it: an image without its own has its config's media type. */
  readonly artifactType: string | undefined;
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** Of an image; undefined for an index. */
  readonly config: Descriptor | undefined;
  /** Of an image; empty for an index. */
  readonly layers: readonly Descriptor[];
  /** Of an index; empty for an image. */
  readonly manifests: readonly Descriptor[];
}

/** Each reference is looked up and stored in one transaction, so their number has to have an end. */
const maximumReferences = 10_000;

const fields = fieldNames(
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'subject',
  'annotations',
);

/** RFC 6838, §4.2: 127 characters for the type and for the subtype each. */
const maximumMediaType = 255;

/**
 * Reads an OCI image manifest or index (image-spec v1.1.1), a Docker manifest v2 or a Docker manifest list.
 * `contentType` is the header as received; undefined or empty when there is none, and then the body decides.
 * Fields nobody knows are allowed, and so are no layers and no manifests. Throws `MANIFEST_INVALID`.
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): ParsedManifest {
  const body = asObject(parseJsonStrictly(bytes), 'the manifest');
  if (body === undefined) throw new OciError('MANIFEST_INVALID', 'the manifest must be an object');
  refuseOtherSpellings(body, fields, 'the manifest');
  const mediaType = manifestMediaType(body, parseContentType(contentType ?? ''));
  if (body.schemaVersion !== 2) throw new OciError('MANIFEST_INVALID', 'schemaVersion must be 2');
  assertBounded(body);
  const common = {
    mediaType,
    schemaVersion: 2,
    artifactType: mediaTypeField(body.artifactType, 'artifactType'),
    subject: asObject(body.subject, 'subject') && readDescriptor(body.subject, 'subject'),
    annotations: readAnnotations(body.annotations, 'annotations'),
  } as const;
  if (isIndexMediaType(mediaType)) {
    return {
      ...common,
      kind: 'index',
      config: undefined,
      layers: [],
      manifests: readDescriptors(body, 'manifests'),
    };
  }
  const config = readDescriptor(body.config, 'config');
  return {
    ...common,
    kind: 'image',
    // distribution-spec v1.1.1, "Listing Referrers": the config's media type stands in for a missing artifactType.
    artifactType: common.artifactType ?? mediaTypeField(config.mediaType, 'config.mediaType'),
    config,
    layers: readDescriptors(body, 'layers'),
    manifests: [],
  };
}

/** What the referrers API filters by is kept apart from the manifest, so it must be of the length it may have. */
function mediaTypeField(value: unknown, where: string): string | undefined {
  const text = asString(value, where);
  if (text !== undefined && text.length > maximumMediaType) {
    throw new OciError(
      'MANIFEST_INVALID',
      `${where} is longer than the ${maximumMediaType} characters of a media type`,
    );
  }
  return text;
}

function readDescriptors(body: JsonObject, field: 'layers' | 'manifests'): Descriptor[] {
  const descriptors = asArray(body[field], field) ?? [];
  return descriptors.map((descriptor, index) => readDescriptor(descriptor, `${field}[${index}]`));
}

function assertBounded(body: JsonObject): void {
  const listed = (asArray(body.layers, 'layers') ?? asArray(body.manifests, 'manifests') ?? []).length;
  const others = [body.config, body.subject].filter((value) => value !== undefined && value !== null).length;
  if (listed + others > maximumReferences) {
    throw new OciError(
      'MANIFEST_INVALID',
      `the manifest references ${listed + others} objects; the limit is ${maximumReferences}`,
    );
  }
}
