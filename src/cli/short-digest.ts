import { algorithmOf, type Digest, hexOf } from '../oci/index.ts';

/** Enough to tell digests apart by eye: `sha256:0123456789ab`. */
export function shortDigest(digest: Digest): string {
  return `${algorithmOf(digest)}:${hexOf(digest).slice(0, 12)}`;
}
