import { asString, type JsonObject } from './json-fields.ts';
import { isIndexMediaType, isManifestMediaType, mediaTypes } from './media-types.ts';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/**
 * Decides what a manifest is, so that nobody can read it as two things (CVE-2021-41190): header, `mediaType` and
 * shape must agree. `contentType` is without parameters, empty for none. Throws `MANIFEST_INVALID`.
 */
export function manifestMediaType(body: JsonObject, contentType: string): string {
  const declared = asString(body.mediaType, 'mediaType');
  if (body.schemaVersion === 1 || isSchema1(contentType) || (declared !== undefined && isSchema1(declared))) {
    throw invalid(
      'image manifest schema 1 is not supported any more; push the image again with a current docker',
    );
  }
  if (declared !== undefined && contentType !== '' && declared !== contentType) {
    throw invalid(
      `the manifest says mediaType ${quote(declared)}, but its Content-Type is ${quote(contentType)}`,
    );
  }
  const mediaType = declared ?? (contentType || mediaTypeByShape(body));
  if (!isManifestMediaType(mediaType)) {
    throw invalid(
      `manifests of type ${quote(mediaType)} are not accepted; push an OCI image manifest or index, or a Docker ` +
        'manifest v2 or manifest list',
    );
  }
  if (declared === undefined && isDockerType(mediaType)) {
    throw invalid(`a manifest of type ${mediaType} must say so in its mediaType`);
  }
  assertShape(body, mediaType);
  return mediaType;
}

function mediaTypeByShape(body: JsonObject): string {
  return isPresent(body.manifests) ? mediaTypes.ociIndex : mediaTypes.ociManifest;
}

/** `layers` and `manifests` may be null, which is how Go writes an empty list, but they must be there. */
function assertShape(body: JsonObject, mediaType: string): void {
  if (isIndexMediaType(mediaType)) {
    if (isPresent(body.config) || isPresent(body.layers)) throw ambiguous('an index', 'config or layers');
    if (body.manifests === undefined) throw invalid('an index must have manifests');
  } else {
    if (isPresent(body.manifests)) throw ambiguous('an image manifest', 'manifests');
    if (!isPresent(body.config)) throw invalid('an image manifest must have a config');
    if (body.layers === undefined) throw invalid('an image manifest must have layers');
  }
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isSchema1(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerSchema1 || mediaType === mediaTypes.dockerSchema1Signed;
}

function isDockerType(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerManifest || mediaType === mediaTypes.dockerManifestList;
}

function ambiguous(what: string, extra: string): OciError {
  return invalid(`${what} must not have ${extra}: it could be read as two different things`);
}

function invalid(message: string): OciError {
  return new OciError('MANIFEST_INVALID', message);
}
