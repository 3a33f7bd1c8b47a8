export { type ChunkRange, parseContentRange } from './content-range.ts';
export { parseContentType } from './content-type.ts';
export type { Descriptor, Platform } from './descriptor.ts';
export {
  algorithmOf,
  type Digest,
  type DigestAlgorithm,
  digestAlgorithms,
  digestFromHash,
  digestOf,
  hexOf,
  isDigestAlgorithm,
  parseDigest,
} from './digest.ts';
export { isDistributable } from './distributable.ts';
export { matchesIfNoneMatch } from './if-none-match.ts';
export { type ImageReference, parseImageReference } from './image-reference.ts';
export { type ParsedManifest, parseManifest } from './manifest.ts';
export { isIndexMediaType, isManifestMediaType, mediaTypes } from './media-types.ts';
export { namespaceOf } from './namespace-of.ts';
export { OciError } from './oci-error.ts';
export { type OciErrorCode, ociErrorTable } from './oci-error-table.ts';
export { parsePageSize } from './page-size.ts';
export { type ByteRange, parseRange, type RangeRequest } from './range.ts';
export { parseReference, type Reference } from './reference.ts';
export { referrersTag } from './referrers-tag.ts';
export { parseRepositoryName, type RepositoryName } from './repository-name.ts';
export { parseJsonStrictly } from './strict-json.ts';
export { parseTag, type Tag } from './tag.ts';
