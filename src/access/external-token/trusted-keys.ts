import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ExternalTokenError } from './external-token-error.ts';
import { keyIdsOf } from './key-ids.ts';

export interface TrustedKeys {
  /** By every name that a token may call a key. */
  readonly byId: ReadonlyMap<string, KeyObject>;
  /** Where the chain of an `x5c` header may end. */
  readonly certificates: readonly X509Certificate[];
}

/**
 * Reads the certificates of `rootCertBundle` (PEM) and the keys of `jwks` (RFC 7517) once, as registry:2 does. A
 * certificate that has expired still names its key: registry:2 looks at no dates there, and volumes move in from it.
 * Throws `ExternalTokenError`.
 */
export async function loadTrustedKeys(files: {
  readonly rootCertBundle: string | undefined;
  readonly jwks: string | undefined;
}): Promise<TrustedKeys> {
  const certificates = files.rootCertBundle === undefined ? [] : await readCertificates(files.rootCertBundle);
  const keys = files.jwks === undefined ? [] : await readKeySet(files.jwks);
  const named = [...certificates.map(({ publicKey }) => ({ key: publicKey, kid: undefined })), ...keys];
  const byId = new Map<string, KeyObject>();
  for (const { key, kid } of named) {
    for (const id of keyIdsOf(key)) byId.set(id, key);
    if (kid !== undefined) byId.set(kid, key);
  }
  return { byId, certificates };
}

async function readCertificates(path: string): Promise<X509Certificate[]> {
  const blocks = (await read(path)).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw invalid(path, 'holds no PEM block CERTIFICATE');
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw invalid(path, 'holds a certificate that cannot be read', cause);
    }
  });
}

async function readKeySet(path: string): Promise<{ key: KeyObject; kid: string | undefined }[]> {
  const keys = parseKeySet(await read(path), path).filter(({ use }) => use !== 'enc');
  if (keys.length === 0) throw invalid(path, 'holds no key to verify signatures with');
  return keys.map((jwk, index) => {
    try {
      // Throws for `oct`: with a shared secret, whoever reads this file could make tokens.
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      return { key, kid: typeof jwk.kid === 'string' ? jwk.kid : undefined };
    } catch (cause) {
      throw invalid(path, `has no public key of a known kind in place ${index + 1}`, cause);
    }
  });
}

function parseKeySet(text: string, path: string): Record<string, unknown>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, 'is not JSON', cause);
  }
  const keys = value instanceof Object && 'keys' in value ? value.keys : undefined;
  if (!Array.isArray(keys) || !keys.every((key) => key instanceof Object)) {
    throw invalid(path, 'is no key set: {"keys":[…]} (RFC 7517)');
  }
  return keys;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const message = `The keys of the token server cannot be read: ${(cause as Error).message}. Check auth.token.rootcertbundle and auth.token.jwks.`;
    throw new ExternalTokenError('token-keys-unreadable', message, { cause });
  }
}

function invalid(path: string, what: string, cause?: unknown): ExternalTokenError {
  return new ExternalTokenError(
    'token-keys-invalid',
    `The file of the token server's keys ${path} ${what}.`,
    {
      cause,
    },
  );
}
