/** The image's health check: whether the registry that process 1 serves is ready. Exit 0, or 1 and a line why not. */

import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { parseArgs } from 'node:util';
import { type HttpSettings, loadConfiguration } from '../../src/app/configuration/index.ts';

const TIMEOUT_MS = 9_000;
const EVERY_ADDRESS = new Set(['', '0.0.0.0', '::']);

/** The server's arguments are its settings, too. Process 1 is the server, or an init whose arguments end in its. */
function readServerArguments(): { file: string | undefined; addr: string | undefined } {
  const args = readFileSync('/proc/1/cmdline', 'utf8').split('\0');
  const options = { config: { type: 'string' }, addr: { type: 'string' }, root: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, options, strict: false, allowPositionals: true });
  const named = positionals.findLast((word) => /\.ya?ml$/.test(word));
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { file: text(values.config) ?? named, addr: text(values.addr) };
}

function askWhetherReady({ host, port, prefix, tls }: HttpSettings): Promise<void> {
  const url = {
    host: EVERY_ADDRESS.has(host) ? '127.0.0.1' : host,
    port,
    path: `${prefix}readyz`,
    timeout: TIMEOUT_MS,
  };
  return new Promise((resolve, reject) => {
    // The certificate names the public host: nothing is trusted or told here but a status.
    const request = tls ? requestHttps({ ...url, rejectUnauthorized: false }) : requestHttp(url);
    request.on('response', ({ statusCode }) =>
      statusCode === 200 ? resolve() : reject(new Error(`${url.path} answers ${statusCode}`)),
    );
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    request.on('error', (error: NodeJS.ErrnoException) =>
      // It demands a client certificate: more than that it is there cannot be learned without one.
      tls?.clientAuth.startsWith('require') && tls.clientCas.length > 0 && isTlsAlert(error)
        ? resolve()
        : reject(error),
    );
    request.end();
  });
}

function isTlsAlert(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('ERR_SSL_') === true;
}

try {
  const { file, addr } = readServerArguments();
  const { settings } = await loadConfiguration({ file, env: process.env, flags: { addr } });
  await askWhetherReady(settings.http);
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
