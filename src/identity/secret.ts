import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 30 characters of 62: 178 random bits. */
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const HINT_LENGTH = 4;

/** What a secret is for: secret scanners and people know it by its first characters. */
export type SecretKind = 'pat' | 'rob' | 'ses' | 'dev' | 'url' | 'rfr';

export interface Secret {
  /** `lading_pat_…`: for its owner, once. */
  readonly text: string;
  /** What is kept. */
  readonly hash: string;
  /** Its first characters. */
  readonly hint: string;
}

export function mintSecret(kind: SecretKind): Secret {
  const body = `lading_${kind}_${randomText()}`;
  const text = `${body}${checksumOf(body)}`;
  return { text, hash: hashSecret(text), hint: body.slice(0, `lading_${kind}_`.length + HINT_LENGTH) };
}

/** Whether it is written as one of ours: what is not costs no look into the database. */
export function isSecret(text: string, ...kinds: readonly SecretKind[]): boolean {
  const match = /^lading_([a-z]{3})_[0-9A-Za-z]{36}$/.exec(text);
  if (!match || !kinds.some((kind) => kind === match[1])) return false;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return text === `${body}${checksumOf(body)}`;
}

/** Without salt: a secret of 178 random bits cannot be guessed, and has to be found by it. */
export function hashSecret(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function randomText(): string {
  let text = '';
  while (text.length < RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      // 248 is the largest multiple of 62 in a byte: what is above would make some characters likelier.
      if (byte < 248 && text.length < RANDOM_LENGTH) text += alphabet[byte % 62];
    }
  }
  return text;
}

/** As GitHub's tokens: a scanner can tell without asking that a string is not one. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
    text = alphabet[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
