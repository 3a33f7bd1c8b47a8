/** Passwords and certificates, made with the tools that people use for them. */

import { readFileSync, writeFileSync } from 'node:fs';
import type { Scene } from './scene.ts';

/** Writes an htpasswd file with one user, bcrypt at htpasswd's own cost. Returns its path. */
export async function writeHtpasswd(scene: Scene, user: string, password: string): Promise<string> {
  const { stdout } = await scene.run('htpasswd', ['-Bbn', user, password]);
  const path = scene.path('htpasswd');
  writeFileSync(path, stdout);
  return path;
}

/** The environment with which every tutorial gives registry:2 a password file. */
export function htpasswdEnv(path: string): NodeJS.ProcessEnv {
  return {
    REGISTRY_AUTH: 'htpasswd',
    REGISTRY_AUTH_HTPASSWD_REALM: 'Registry Realm',
    REGISTRY_AUTH_HTPASSWD_PATH: path,
  };
}

export interface Certificate {
  readonly certificatePath: string;
  readonly keyPath: string;
}

export interface Authority {
  readonly caPath: string;
  /** The authority's own certificate, PEM. */
  readonly ca: string;
  /** Writes `NAME.crt` and `NAME.key`, good for 127.0.0.1 and localhost, and for clients. */
  issue(name: string): Promise<Certificate>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

/** A certificate authority of the story's own. */
export async function createAuthority(scene: Scene): Promise<Authority> {
  const at = (name: string) => scene.path(name);
  await scene.run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-subj', '/CN=Story CA', '-days', '2'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', at('ca.key'), '-out', at('ca.crt')],
  ]);
  writeFileSync(at('san.cnf'), 'subjectAltName = IP:127.0.0.1, DNS:localhost\n');
  return {
    caPath: at('ca.crt'),
    ca: readFileSync(at('ca.crt'), 'utf8'),
    async issue(name) {
      const [key, request, certificate] = [at(`${name}.key`), at(`${name}.csr`), at(`${name}.crt`)];
      await scene.run('openssl', [
        'req',
        ...NEW_KEY,
        '-subj',
        `/CN=${name}`,
        '-keyout',
        key,
        '-out',
        request,
      ]);
      await scene.run('openssl', [
        ...['x509', '-req', '-in', request, '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'],
        ...['-days', '2', '-extfile', at('san.cnf'), '-out', certificate],
      ]);
      return { certificatePath: certificate, keyPath: key };
    },
  };
}

/** The environment with which every tutorial gives registry:2 a certificate. */
export function tlsEnv({ certificatePath, keyPath }: Certificate): NodeJS.ProcessEnv {
  return { REGISTRY_HTTP_TLS_CERTIFICATE: certificatePath, REGISTRY_HTTP_TLS_KEY: keyPath };
}
