import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Peer } from './peer.ts';

const runFile = promisify(execFile);
const program = '/usr/sbin/nginx';

/** `/nothing` answers without work, of the size of a manifest; all else is a file below the root, by sendfile. */
export const nginx: Peer = {
  title: 'nginx (does nothing; sendfile)',
  configuration: 'One worker process, sendfile, no access log: the floor of what answering costs.',
  program,
  version: async () => (await runFile(program, ['-v'])).stderr.trim().split('/').at(-1) ?? '',
  launch: ({ root, dir, port }) => {
    const file = join(dir, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/nginx.log;
user root;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  server {
    listen 127.0.0.1:${port}; root ${root};
    location = /v2/ { return 200 "{}"; }
    location = /nothing { return 200 "${'x'.repeat(1_000)}"; }
  }
}
`,
    );
    return { file: program, args: ['-c', file, '-p', dir, '-e', `${dir}/nginx.log`] };
  },
};
