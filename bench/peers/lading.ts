import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '../places.ts';
import type { Peer } from './peer.ts';

const runFile = promisify(execFile);
const program = join(CHECKOUT, 'bin', 'lading');

export const lading: Peer = {
  title: 'Lading',
  configuration:
    'As installed; no access log and log level error, like the peers. Metrics on an address of their own.',
  program,
  version: async () => {
    const { stdout } = await runFile('git', ['-C', CHECKOUT, 'describe', '--always', '--dirty']);
    return `${stdout.trim()} on Node ${process.version}`;
  },
  launch: ({ root, port, spare, auth, tls }) => ({
    file: program,
    args: ['serve', '--root', root, '--addr', `127.0.0.1:${port}`],
    metricsUrl: `http://127.0.0.1:${spare}/metrics`,
    env: {
      REGISTRY_LOG_LEVEL: 'error',
      REGISTRY_LOG_ACCESSLOG_DISABLED: 'true',
      REGISTRY_HTTP_DEBUG_ADDR: `127.0.0.1:${spare}`,
      REGISTRY_HTTP_DEBUG_PROMETHEUS_ENABLED: 'true',
      ...(auth && {
        REGISTRY_AUTH: 'htpasswd',
        REGISTRY_AUTH_HTPASSWD_REALM: 'bench',
        REGISTRY_AUTH_HTPASSWD_PATH: auth.htpasswdFile,
      }),
      ...(tls && {
        REGISTRY_HTTP_TLS_CERTIFICATE: tls.certificateFile,
        REGISTRY_HTTP_TLS_KEY: tls.keyFile,
      }),
    },
  }),
};
