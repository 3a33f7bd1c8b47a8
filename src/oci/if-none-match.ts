import type { Digest } from './digest.ts';

/**
 * Whether the client already has this content (RFC 9110, §13.1.2, weak comparison), so that 304 is the answer.
 * The entity tag is the digest in quotes; registry:2 takes it bare as well, and so does this.
 */
export function matchesIfNoneMatch(header: string | undefined, digest: Digest): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => {
    const tag = candidate.trim().replace(/^W\//, '');
    return tag === `"${digest}"` || tag === digest;
  });
}
