import { algorithmOf, type Digest, hexOf } from './digest.ts';
import { parseTag, type Tag } from './tag.ts';

/**
 * The tag under which clients keep a list of referrers at registries without the referrers API
 * (distribution-spec v1.1.1, "Referrers Tag Schema"): algorithm cut to 32, `-`, hex cut to 64 characters.
 */
export function referrersTag(digest: Digest): Tag {
  return parseTag(`${algorithmOf(digest).slice(0, 32)}-${hexOf(digest).slice(0, 64)}`);
}
