import { type Digest, parseDigest } from './digest.ts';
import { parseTag, type Tag } from './tag.ts';

/** How a manifest is asked for inside its repository. */
export type Reference =
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'digest'; readonly digest: Digest };

/**
 * The last part of `/v2/<name>/manifests/<reference>`. No tag has a colon and every digest has one, so the colon
 * decides: an ill-formed digest is never taken for a tag. Throws `DIGEST_INVALID` or `TAG_INVALID`.
 */
export function parseReference(text: string): Reference {
  return text.includes(':')
    ? { kind: 'digest', digest: parseDigest(text) }
    : { kind: 'tag', tag: parseTag(text) };
}
