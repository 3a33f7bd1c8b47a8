import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { TlsError } from './tls-error.ts';

/** A bundle of all public authorities has 250 KB. */
const MAX_BYTES = 2 * 1024 * 1024;

/** What the files hold, PEM. Never logged. */
export interface TlsFiles {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientCas: readonly Buffer[];
}

/** Throws `tls-file-unreadable`. */
export async function readTlsFiles(paths: {
  readonly certificate: string;
  readonly key: string;
  readonly clientCas: readonly string[];
}): Promise<TlsFiles> {
  return {
    certificate: await readFile(paths.certificate),
    key: await readFile(paths.key),
    clientCas: await Promise.all(paths.clientCas.map(readFile)),
  };
}

export function sameTlsFiles(a: TlsFiles, b: TlsFiles): boolean {
  return (
    a.certificate.equals(b.certificate) &&
    a.key.equals(b.key) &&
    a.clientCas.every((ca, index) => b.clientCas[index]?.equals(ca))
  );
}

async function readFile(path: string): Promise<Buffer> {
  try {
    // Non-blocking, so that a named pipe in place of the file is refused instead of waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw unreadable(path, 'is not a file');
    if (stats.size > MAX_BYTES) throw unreadable(path, `is larger than ${MAX_BYTES} bytes`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof TlsError) throw cause;
    throw unreadable(path, `cannot be read: ${(cause as Error).message}`, cause);
  }
}

function unreadable(path: string, what: string, cause?: unknown): TlsError {
  return new TlsError('tls-file-unreadable', `${path} ${what}.`, { cause });
}
