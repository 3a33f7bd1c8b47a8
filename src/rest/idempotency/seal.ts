import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const TAG_BYTES = 16;

export interface Sealed {
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Encrypts with a key made of `secret` and a salt of its own (HKDF-SHA-256, AES-256-GCM). */
export function seal(secret: string, plain: Uint8Array): Sealed {
  const salt = randomBytes(16);
  const { key, nonce } = derive(secret, salt);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const bytes = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { salt, bytes };
}

/** Throws when it was sealed with another secret or was changed. */
export function unseal(secret: string, { salt, bytes }: Sealed): Uint8Array {
  const { key, nonce } = derive(secret, salt);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
}

/** The salt is random and used once, so key and nonce are. */
function derive(secret: string, salt: Uint8Array) {
  const derived = Buffer.from(hkdfSync('sha256', secret, salt, 'lading idempotency answer', 44));
  return { key: derived.subarray(0, 32), nonce: derived.subarray(32) };
}
