import { createHash, type KeyObject } from 'node:crypto';

/**
 * Every name that token servers give a public key in the `kid` of their tokens: the RFC 7638 thumbprint, the form of it
 * that distribution 3 computes, and libtrust's id, which registry:2 knows.
 */
export function keyIdsOf(key: KeyObject): readonly string[] {
  const { kty, crv, x, y, e, n } = key.export({ format: 'jwk' });
  // RFC 7638 §3.2: the required members in the order of their names.
  const thumbprint = thumbprintOf({ crv, e, kty, n, x, y });
  // distribution 3 writes coordinates as big integers, without the zeros at their front.
  const unpadded =
    kty === 'EC' ? thumbprintOf({ crv, kty, x: withoutZeros(x), y: withoutZeros(y) }) : thumbprint;
  return [...new Set([thumbprint, unpadded, libtrustIdOf(key)])];
}

function thumbprintOf(members: Readonly<Record<string, string | undefined>>): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

function withoutZeros(coordinate = ''): string {
  const bytes = Buffer.from(coordinate, 'base64url');
  const start = bytes.findIndex((byte) => byte !== 0);
  return bytes.subarray(Math.max(start, 0)).toString('base64url');
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 30 bytes of SHA-256 of the key's DER in base32, in groups of four: `ABCD:EFGH:…`, twelve groups. */
function libtrustIdOf(key: KeyObject): string {
  const hash = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
  const bits = [...hash.subarray(0, 30)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => base32[Number.parseInt(five, 2)]).join('');
  return (letters.match(/.{4}/g) ?? []).join(':');
}
