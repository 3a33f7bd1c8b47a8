import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BENCH_BIN } from '../places.ts';
import type { LaunchOptions, Peer } from './peer.ts';

const runFile = promisify(execFile);

export const zot = peer({
  title: 'zot (full)',
  program: join(BENCH_BIN, 'zot'),
  configuration:
    'As zot minimal; search (without CVE scan) and metrics are on, which is what a full build is for.',
  extensions: { search: { enable: true }, metrics: { enable: true, prometheus: { path: '/metrics' } } },
});

export const zotMinimal = peer({
  title: 'zot (minimal)',
  program: join(BENCH_BIN, 'zot-minimal'),
  configuration:
    'Local storage with `commit` (fsync), deduplication as by default, garbage collection off so that none falls into a measurement, log level error, Docker media types accepted.',
});

function peer(options: { title: string; program: string; configuration: string; extensions?: object }): Peer {
  const { title, program, configuration, extensions } = options;
  return {
    title,
    configuration,
    program,
    version: async () => {
      const { stdout, stderr } = await runFile(program, ['--version']);
      return /"commit":"([^"]+)"/.exec(stdout + stderr)?.[1] ?? 'built without a version';
    },
    launch: (launch) => {
      const file = join(launch.dir, 'zot.json');
      writeFileSync(file, JSON.stringify(configOf(launch, extensions), undefined, 2));
      return { file: program, args: ['serve', file] };
    },
  };
}

function configOf({ root, port, auth, tls }: LaunchOptions, extensions: object | undefined): object {
  return {
    distSpecVersion: '1.1.1',
    storage: { rootDirectory: root, commit: true, gc: false },
    http: {
      address: '127.0.0.1',
      port: String(port),
      compat: ['docker2s2'],
      ...(auth && { auth: { htpasswd: { path: auth.htpasswdFile } } }),
      ...(tls && { tls: { cert: tls.certificateFile, key: tls.keyFile } }),
    },
    log: { level: 'error' },
    ...(extensions && { extensions }),
  };
}
