import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipWithout } from './skip-without.ts';

/** The `skip` option of tests that use `createMiniCa`. */
export const miniCaSkip = skipWithout('openssl', 'version');

export interface IssuedCertificate {
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

export interface MiniCa extends Disposable {
  readonly folder: string;
  /** Path of the authority's own certificate. */
  readonly path: string;
  readonly pem: Buffer;
  /** Makes a certificate for 127.0.0.1 and localhost that also clients can use. Valid for a day. */
  issue(name: string): IssuedCertificate;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

/** A certificate authority in a folder of its own, gone with it. */
export function createMiniCa(): MiniCa {
  const folder = mkdtempSync(join(tmpdir(), 'lading-ca-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  openssl(
    ...['req', '-x509', ...NEW_KEY, '-subj', '/CN=Mini CA', '-days', '1'],
    ...['-keyout', at('ca.key'), '-out', at('ca.crt')],
  );
  writeFileSync(at('names'), 'subjectAltName = IP:127.0.0.1, DNS:localhost\n');

  return {
    folder,
    path: at('ca.crt'),
    pem: readFileSync(at('ca.crt')),
    issue(name) {
      const [key, request, certificate] = [at(`${name}.key`), at(`${name}.csr`), at(`${name}.crt`)];
      openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
      openssl(
        ...['x509', '-req', '-in', request, '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'],
        ...['-days', '1', '-extfile', at('names'), '-out', certificate],
      );
      return { certificate, key };
    },
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true });
    },
  };
}
