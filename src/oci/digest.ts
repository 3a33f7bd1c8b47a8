import { hash } from 'node:crypto';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

declare const brand: unique symbol;

/** `sha256:<64 lower-case hex>` or `sha512:<128 lower-case hex>`; made by the functions of this file only. */
export type Digest = string & { readonly [brand]: 'Digest' };

export const digestAlgorithms = ['sha256', 'sha512'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

const hexLengths: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };

export function isDigestAlgorithm(text: string): text is DigestAlgorithm {
  return (digestAlgorithms as readonly string[]).includes(text);
}

/**
 * image-spec v1.1.1, "Digests", narrowed to the two registered algorithms. Upper-case hex is refused: two names
 * for one content would be two files. Throws `DIGEST_INVALID`.
 */
export function parseDigest(text: string): Digest {
  const colon = text.indexOf(':');
  if (colon < 0) {
    throw new OciError(
      'DIGEST_INVALID',
      `${quote(text)} is not a digest; write it as sha256:<64 hex digits>`,
    );
  }
  const algorithm = text.slice(0, colon);
  if (!isDigestAlgorithm(algorithm)) {
    const supported = digestAlgorithms.join(' or ');
    throw new OciError(
      'DIGEST_INVALID',
      `digest algorithm ${quote(algorithm)} is not supported; use ${supported}`,
    );
  }
  const length = hexLengths[algorithm];
  if (text.length !== colon + 1 + length || !/^[0-9a-f]+$/.test(text.slice(colon + 1))) {
    throw new OciError(
      'DIGEST_INVALID',
      `${quote(text)} is not a digest; ${algorithm} has ${length} lower-case hex digits`,
    );
  }
  return text as Digest;
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.slice(0, digest.indexOf(':')) as DigestAlgorithm;
}

export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The digest of bytes already in memory. */
export function digestOf(algorithm: DigestAlgorithm, bytes: Uint8Array): Digest {
  return digestFromHash(algorithm, hash(algorithm, bytes, 'hex'));
}

/** Joins an algorithm and the hex of a finished hash. Throws `DIGEST_INVALID` if they do not fit. */
export function digestFromHash(algorithm: DigestAlgorithm, hex: string): Digest {
  return parseDigest(`${algorithm}:${hex}`);
}
