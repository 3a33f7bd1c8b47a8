/** registry:2 (Debian's docker-registry) and distribution v3, which read the same YAML. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BENCH_BIN } from '../places.ts';
import type { LaunchOptions, Peer } from './peer.ts';

const runFile = promisify(execFile);

const configuration =
  'Filesystem driver, in-memory blob descriptor cache, no access log, log level error, no upload purging, no health check of the storage; v3 with OpenTelemetry off. It has no setting for fsync: see “Durability” for what it does.';

export const registry2 = peer({ title: 'registry:2 (Debian)', program: '/usr/bin/docker-registry' });
export const registry3 = peer({ title: 'distribution v3', program: join(BENCH_BIN, 'registry') });

function peer({ title, program }: { title: string; program: string }): Peer {
  return {
    title,
    configuration,
    program,
    version: async () => {
      const { stdout } = await runFile(program, ['--version']);
      return stdout.trim().split(' ').slice(1).join(' ');
    },
    launch: (options) => {
      const file = join(options.dir, 'registry.yml');
      writeFileSync(file, yamlOf(options));
      return { file: program, args: ['serve', file], env: { OTEL_TRACES_EXPORTER: 'none' } };
    },
  };
}

function yamlOf({ root, port, auth, tls }: LaunchOptions): string {
  return `version: 0.1
log:
  level: error
  accesslog: { disabled: true }
storage:
  filesystem: { rootdirectory: ${root} }
  cache: { blobdescriptor: inmemory }
  delete: { enabled: true }
  maintenance: { uploadpurging: { enabled: false } }
http:
  addr: 127.0.0.1:${port}
  secret: the-same-for-every-run
${tls ? `  tls: { certificate: ${tls.certificateFile}, key: ${tls.keyFile} }\n` : ''}${
  auth ? `auth:\n  htpasswd: { realm: bench, path: ${auth.htpasswdFile} }\n` : ''
}`;
}
