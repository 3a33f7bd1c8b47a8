import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** OWASP Password Storage Cheat Sheet, first choice for argon2id: 19 MiB, two passes, one lane. */
const usual = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** A hash with larger parameters would be an attack by whoever can write it; none of ours has. */
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 16;

/** `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`, the PHC string format. Takes a thread of libuv for some 30 ms. */
export async function hashArgon2id(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...usual, salt, lengthBytes: HASH_BYTES });
  return `$argon2id$v=19$m=${usual.memory},t=${usual.passes},p=${usual.parallelism}$${encode(salt)}$${encode(hash)}`;
}

/** False for what is no such hash. */
export async function compareArgon2id(password: string, phc: string): Promise<boolean> {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/.exec(
      phc,
    );
  if (!match) return false;
  const [, m, t, p, salt = '', hash = ''] = match;
  const memory = Number(m);
  const passes = Number(t);
  if (memory > MAX_MEMORY_KIB || passes > MAX_PASSES) return false;
  const expected = Buffer.from(hash, 'base64');
  const found = await derive(password, {
    memory,
    passes,
    parallelism: Number(p),
    salt: Buffer.from(salt, 'base64'),
    lengthBytes: expected.byteLength,
  });
  return timingSafeEqual(found, expected);
}

/** A hash that no password has, as costly to compare as a real one. */
export function nobodysArgon2id(): string {
  const { memory, passes, parallelism } = usual;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(randomBytes(SALT_BYTES))}$${encode(randomBytes(HASH_BYTES))}`;
}

function derive(
  password: string,
  options: {
    memory: number;
    passes: number;
    parallelism: number;
    salt: Uint8Array;
    lengthBytes: number;
  },
): Promise<Buffer> {
  const { salt, lengthBytes, ...cost } = options;
  const parameters = { ...cost, message: password, nonce: salt, tagLength: lengthBytes };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, derived) => (error ? reject(error) : resolve(derived)));
  });
}

/** Base64 without padding, as PHC strings have it. */
function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
