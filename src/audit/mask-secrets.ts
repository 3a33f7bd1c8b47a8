import { createHash } from 'node:crypto';

const MASKED = '[secret]';
/** `password`, `new_password`, `clientSecret`, `refresh_token`, `recovery_codes`; not `token_id`, `tokens`. */
const SECRET_KEY =
  /(^|[_-])(pass(word|phrase|wd)?|secrets?|token|codes?|totp|otp|cookie|authorization|credentials?|private[_-]?key|api[_-]?key|hash)$/i;
/**
 * Tokens of ours and of others, HTTP credentials, JWTs, PEM keys, hashes of passwords; wherever they stand. Each looks at
 * a text a bounded number of times: a README of `-eyJ-eyJ…` must not hold everybody up.
 */
const SECRET_TEXT =
  /lading_[a-z]{2,8}_\w+|\b(?:Bearer|Basic)\s+[\w+/=.~-]{8,}|(?<![\w-])(?:[\w-]{0,40}[_-])?eyJ[\w-]+\.[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*|\$(?:argon2\w*|2[aby])\$[^\s"]+|\bgh[a-z]_\w{20,}|\bglpat-[\w-]{10,}|otpauth:\/\/\S+|(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g;

/** A README has up to 25,000 characters; that it changed, and to what, its start and its hash say. */
const MAX_TEXT = 1024;
const MAX_ITEMS = 200;
const MAX_DEPTH = 8;

/**
 * `value` with what may be a secret masked and what is long cut, so that a line of the log stays small and fit for all
 * who may read it. It errs on the side of masking: whoever records is to leave secrets out in the first place.
 */
export function maskSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => maskSecrets(item, depth + 1));
    return value.length > MAX_ITEMS ? [...items, `[${value.length - MAX_ITEMS} more]`] : items;
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, part]) => [maskText(key), maskPart(key, part, depth)]),
  );
}

function maskPart(key: string, part: unknown, depth: number): unknown {
  const snake = key.replace(/([a-z\d])([A-Z])/g, '$1_$2');
  // Whether there is one is no secret.
  const isSecret = SECRET_KEY.test(snake) && part !== null && typeof part !== 'boolean';
  return isSecret ? MASKED : maskSecrets(part, depth + 1);
}

function maskText(text: string): string {
  const masked = text.replace(SECRET_TEXT, MASKED);
  if (masked.length <= MAX_TEXT) return masked;
  const hash = createHash('sha256').update(text).digest('hex');
  return `${masked.slice(0, 200).toWellFormed()}… [${text.length} characters, sha256:${hash}]`;
}
