import { type Digest, parseDigest } from './digest.ts';
import {
  asArray,
  asObject,
  asString,
  fieldNames,
  type JsonObject,
  refuseOtherSpellings,
} from './json-fields.ts';
import { OciError } from './oci-error.ts';

/** image-spec v1.1.1, "OCI Content Descriptors". */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly urls: readonly string[] | undefined;
  readonly platform: Platform | undefined;
}

/** What an index says an image runs on. Nothing here is required to be there or true. */
export interface Platform {
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly variant: string | undefined;
  readonly osVersion: string | undefined;
}

const fields = fieldNames(
  'mediaType',
  'digest',
  'size',
  'artifactType',
  'annotations',
  'urls',
  'platform',
  'data',
);
const platformFields = fieldNames('os', 'architecture', 'variant', 'os.version');

/** `where` names the place for error messages, such as `layers[3]`. Throws `MANIFEST_INVALID`. */
export function readDescriptor(value: unknown, where: string): Descriptor {
  const object = asObject(value, where);
  if (object === undefined) throw new OciError('MANIFEST_INVALID', `${where} is missing`);
  refuseOtherSpellings(object, fields, where);
  return {
    mediaType: requiredString(object, 'mediaType', where),
    digest: readDigest(object, where),
    sizeBytes: readSize(object, where),
    artifactType: asString(object.artifactType, `${where}.artifactType`),
    annotations: readAnnotations(object.annotations, `${where}.annotations`),
    urls: readUrls(object.urls, `${where}.urls`),
    platform: readPlatform(object.platform, `${where}.platform`),
  };
}

/** Throws `MANIFEST_INVALID` unless every value is a string. */
export function readAnnotations(value: unknown, where: string): Readonly<Record<string, string>> | undefined {
  const object = asObject(value, where);
  if (object === undefined) return undefined;
  for (const text of Object.values(object)) {
    if (typeof text !== 'string')
      throw new OciError('MANIFEST_INVALID', `${where} has a value that is not a string`);
  }
  return object as Readonly<Record<string, string>>;
}

function requiredString(object: JsonObject, field: string, where: string): string {
  const text = asString(object[field], `${where}.${field}`);
  if (text === undefined) throw new OciError('MANIFEST_INVALID', `${where}.${field} is missing`);
  return text;
}

function readDigest(object: JsonObject, where: string): Digest {
  try {
    return parseDigest(requiredString(object, 'digest', where));
  } catch (cause) {
    if (!(cause instanceof OciError) || cause.code !== 'DIGEST_INVALID') throw cause;
    // The manifest is what is wrong, not a digest of the request.
    throw new OciError('MANIFEST_INVALID', `${where}.digest: ${cause.message}`, { cause });
  }
}

function readSize(object: JsonObject, where: string): number {
  const size = object.size;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new OciError('MANIFEST_INVALID', `${where}.size must be a whole number of bytes, 0 or more`);
  }
  return size;
}

function readUrls(value: unknown, where: string): readonly string[] | undefined {
  return asArray(value, where)?.map((url) => asString(url, where) ?? '');
}

function readPlatform(value: unknown, where: string): Platform | undefined {
  const object = asObject(value, where);
  if (object === undefined) return undefined;
  refuseOtherSpellings(object, platformFields, where);
  return {
    os: asString(object.os, `${where}.os`),
    architecture: asString(object.architecture, `${where}.architecture`),
    variant: asString(object.variant, `${where}.variant`),
    osVersion: asString(object['os.version'], `${where}.os.version`),
  };
}
