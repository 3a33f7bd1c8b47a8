import type { BasicCredentials } from './credential-verifier.ts';

/** Longer than any password that bcrypt could tell apart, and than what clients make of a token. */
const MAX_HEADER_LENGTH = 8 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The credentials in an `Authorization: Basic …` header (RFC 7617 §2, in UTF-8). Undefined for anything else: another
 * scheme, base64 or UTF-8 that is broken, control characters, no colon, a header over 8 KiB. Also for an empty user,
 * which is how some clients say that they have no credentials (`Basic Og==`).
 */
export function findBasicCredentials(authorization: string): BasicCredentials | undefined {
  if (authorization.length > MAX_HEADER_LENGTH) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Node decodes what is not quite base64; only the one right spelling is taken.
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = decode(bytes);
  if (text === undefined || /\p{Cc}/u.test(text)) return undefined;
  const colon = text.indexOf(':');
  return colon > 0 ? { user: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
