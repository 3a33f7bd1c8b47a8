import { parseDigest } from './digest.ts';
import type { Reference } from './reference.ts';
import { parseRepositoryName, type RepositoryName } from './repository-name.ts';
import { parseTag } from './tag.ts';

export interface ImageReference {
  readonly repository: RepositoryName;
  readonly reference: Reference;
}

/**
 * An image as people write it on a command line, without a host: `team/app:1.0`, `team/app@sha256:…`, or
 * `team/app`, which means the tag `latest`. Throws `NAME_INVALID`, `TAG_INVALID` or `DIGEST_INVALID`.
 */
export function parseImageReference(text: string): ImageReference {
  const at = text.indexOf('@');
  if (at >= 0) {
    const repository = parseRepositoryName(text.slice(0, at));
    return { repository, reference: { kind: 'digest', digest: parseDigest(text.slice(at + 1)) } };
  }
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  const repository = parseRepositoryName(colon < 0 ? text : text.slice(0, colon));
  const tag = parseTag(colon < 0 ? 'latest' : text.slice(colon + 1));
  return { repository, reference: { kind: 'tag', tag } };
}
