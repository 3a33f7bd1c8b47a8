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
  readonly caPath: string;
  readonly ca: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** A certificate authority and a certificate of it for 127.0.0.1 and localhost. */
export async function writeCertificate(scene: Scene): Promise<Certificate> {
  const at = (name: string) => scene.path(name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await scene.run('openssl', [
    ...['req', '-x509', ...newKey, '-subj', '/CN=Story CA', '-days', '2'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', at('ca.key'), '-out', at('ca.crt')],
  ]);
  await scene.run('openssl', [
    ...['req', ...newKey, '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr')],
  ]);
  writeFileSync(at('san.cnf'), 'subjectAltName = IP:127.0.0.1, DNS:localhost\n');
  await scene.run('openssl', [
    ...[
      'x509',
      '-req',
      '-in',
      at('server.csr'),
      '-CA',
      at('ca.crt'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
    ],
    ...['-days', '2', '-extfile', at('san.cnf'), '-out', at('server.crt')],
  ]);
  return {
    caPath: at('ca.crt'),
    ca: readFileSync(at('ca.crt'), 'utf8'),
    certificatePath: at('server.crt'),
    keyPath: at('server.key'),
  };
}
