import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock, Logger } from '../kernel/index.ts';
import { type ClientAuth, type ClientAuthOptions, clientAuthOptions } from './tls-client-auth.ts';
import { TlsError } from './tls-error.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

export interface TlsSettings {
  /** Path of a PEM file: the server's certificate first, then those between it and the authority. */
  readonly certificate: string;
  readonly key: string;
  /** Paths of PEM files. Empty: clients are not asked for certificates. */
  readonly clientCas: readonly string[];
  readonly clientAuth: ClientAuth;
  readonly minimumTls: 'tls1.2' | 'tls1.3';
  /** OpenSSL's names. Undefined: those that Node offers. */
  readonly cipherSuites?: readonly string[];
}

export interface LoadedTls {
  readonly files: TlsFiles;
  readonly context: SecureContextOptions;
  /** Undefined when clients are not asked for certificates. Cannot change while listening. */
  readonly clientAuth: ClientAuthOptions | undefined;
}

/**
 * Reads the files and tries whether TLS can be served with them. A certificate out of its time is logged as a
 * warning: some clients are told not to look. Throws `TlsError`, which names the file.
 */
export async function loadTlsContext(options: {
  readonly settings: TlsSettings;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<LoadedTls> {
  return tlsContextOf({ ...options, files: await readTlsFiles(options.settings) });
}

/** `loadTlsContext` with files that are read already. */
export function tlsContextOf(options: {
  readonly settings: TlsSettings;
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly log: Logger;
}): LoadedTls {
  const { settings, files } = options;
  const certificate = parseCertificate(settings.certificate, files.certificate);
  if (!certificate.checkPrivateKey(parseKey(settings.key, files.key))) {
    throw new TlsError(
      'tls-key-mismatch',
      `${settings.key} is not the key of the first certificate in ${settings.certificate}. The server's own certificate comes first, then its chain.`,
    );
  }
  for (const [index, path] of settings.clientCas.entries()) {
    parseCertificate(path, files.clientCas[index] ?? Buffer.alloc(0));
  }
  const context = {
    cert: files.certificate,
    key: files.key,
    minVersion: settings.minimumTls === 'tls1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ...(settings.cipherSuites && { ciphers: settings.cipherSuites.join(':') }),
    ...(settings.clientCas.length > 0 && { ca: [...files.clientCas] }),
  } satisfies SecureContextOptions;
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new TlsError(
      'tls-file-invalid',
      `TLS cannot be served with ${settings.certificate} and ${settings.key}: ${(cause as Error).message}`,
      { cause },
    );
  }
  warnOfDates(certificate, options);
  return {
    files,
    context,
    clientAuth: settings.clientCas.length > 0 ? clientAuthOptions(settings.clientAuth) : undefined,
  };
}

function parseCertificate(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new TlsError('tls-file-invalid', `${path} holds no certificate in PEM form.`, { cause });
  }
}

function parseKey(path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    // In PKCS#8's header line or in the older `Proc-Type: 4,ENCRYPTED`.
    const encrypted = pem.includes('ENCRYPTED');
    throw new TlsError(
      'tls-file-invalid',
      encrypted
        ? `${path} is encrypted. Give a key without passphrase: openssl pkey -in ${path} -out NEW`
        : `${path} holds no private key in PEM form.`,
      { cause },
    );
  }
}

function warnOfDates(
  certificate: X509Certificate,
  { settings, clock, log }: { settings: TlsSettings; clock: Clock; log: Logger },
): void {
  const { validFrom, validTo } = certificate;
  const now = clock.now();
  if (now > Date.parse(validTo)) {
    log.warn(
      { file: settings.certificate, validTo },
      'the TLS certificate has expired; clients will refuse it',
    );
  } else if (now < Date.parse(validFrom)) {
    log.warn(
      { file: settings.certificate, validFrom },
      'the TLS certificate is not valid yet; clients will refuse it',
    );
  }
}
