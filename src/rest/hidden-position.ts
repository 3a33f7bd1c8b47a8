import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { problem } from './problem.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of this process: a list that was begun before a restart begins again. */
const key = randomBytes(32);

/** A place in a list that whoever reads it may not know the name of, such as a private repository: for `encodeCursor`. */
export function hidePosition(name: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  // As long for each name: its length would tell something, too.
  const padded = name.padEnd(256);
  return Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** Throws `Problem` invalid-cursor. */
export function revealPosition(hidden: string): string {
  const bytes = Buffer.from(hidden, 'base64url');
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const padded = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
    return Buffer.concat(padded).toString().trimEnd();
  } catch (cause) {
    throw problem('invalid-cursor', 'The list begins again: the server was restarted.', { cause });
  }
}
