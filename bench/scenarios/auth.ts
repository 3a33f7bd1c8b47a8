/** The manifest GET with Basic authentication at two costs of bcrypt, and with TLS. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from 'bcrypt';
import { MANIFEST_TYPE } from '../load/image.ts';
import type { Measure, Scenario, Turn } from '../measure/types.ts';
import type { StartOptions } from '../peers/start-server.ts';
import { wrkLoad } from './loads.ts';
import { prepareImage, REPOSITORY } from './prepare-image.ts';

const CONNECTIONS = 64;
const BCRYPT_10_MS = 6_000;
const USER = 'ann';
const PASSWORD = 'correct horse';

export const auth: Scenario = {
  name: 'auth',
  title: 'Authentication and TLS',
  how: 'Manifest GET by tag with wrk on 64 connections: with Basic credentials against an htpasswd file (bcrypt at cost 5, which htpasswd uses by default, and 10), and over TLS 1.3 with an ECDSA P-256 certificate.',
  budgetSeconds: 100,
  measures: [
    measureOf('basic-5', 'Manifest GET with Basic, bcrypt cost 5'),
    measureOf('basic-10', 'Manifest GET with Basic, bcrypt cost 10'),
    measureOf('tls', 'Manifest GET over TLS'),
  ],
  async run(turn) {
    const open = await turn.start();
    await prepareImage(open);
    await open.stop();
    await measure(turn, 'basic-5', { auth: await htpasswd(turn, 5) });
    await measure(turn, 'basic-10', { auth: await htpasswd(turn, 10) });
    await measure(turn, 'tls', { tls: certificate(turn) });
  },
};

async function measure(turn: Turn, id: string, options: StartOptions): Promise<void> {
  const server = await turn.start(options);
  const credentials = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  const headers = {
    Accept: MANIFEST_TYPE,
    ...(options.auth && { Authorization: `Basic ${credentials}` }),
  };
  const url = `${server.url}/v2/${REPOSITORY}/manifests/latest`;
  // 64 hashes of cost 10 take both cores two seconds or more: long enough for some answers.
  const durationMs = id === 'basic-10' ? BCRYPT_10_MS : turn.sizes.requestMs * 2;
  await turn.measure(id, server, () => wrkLoad({ url, connections: CONNECTIONS, durationMs, headers }));
  await server.stop();
}

async function htpasswd(turn: Turn, cost: number): Promise<{ htpasswdFile: string }> {
  const htpasswdFile = join(turn.dir, `htpasswd-${cost}`);
  // Apache's own prefix, which all of them know.
  const line = (await hash(PASSWORD, cost)).replace(/^\$2b\$/, '$2y$');
  writeFileSync(htpasswdFile, `${USER}:${line}\n`);
  return { htpasswdFile };
}

function certificate(turn: Turn): { certificateFile: string; keyFile: string } {
  const [certificateFile, keyFile] = [join(turn.dir, 'tls.crt'), join(turn.dir, 'tls.key')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  args.push('-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2');
  execFileSync('openssl', [...args, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
  return { certificateFile, keyFile };
}

function measureOf(id: string, title: string): Measure {
  return {
    id,
    title,
    unit: 'requests/s',
    better: 'higher',
    work: 'request',
    aims: [{ over: 'registry-2', factor: 20 }],
  };
}
