import type { Address } from './find-address.ts';
import type { DefaultedKey, Key, SupportedKey } from './key.ts';
import { tlsKeys } from './tls-keys.ts';
import {
  address,
  boolean,
  externalUrl,
  headerText,
  listOf,
  network,
  text,
  timeout,
  urlPath,
  urlPrefix,
} from './value-types.ts';

export const listenAddress: DefaultedKey<Address> = {
  status: 'supported',
  path: 'http.addr',
  type: address,
  default: '127.0.0.1:5000',
  doc: 'Where Lading listens: `127.0.0.1:5000`, `[::1]:5000`, `:5000` for all interfaces.',
};

export const publicUrl: SupportedKey<string> = {
  status: 'supported',
  path: 'http.host',
  type: externalUrl,
  doc: 'Public URL, for `Location` headers. Without it they follow the request.',
};

export const prefix: DefaultedKey<string> = {
  status: 'supported',
  path: 'http.prefix',
  type: urlPrefix,
  default: '/',
  doc: 'Path before `/v2/`, when a proxy passes it on.',
};

export const relativeUrls: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'http.relativeurls',
  type: boolean,
  default: 'false',
  doc: 'Sends `Location` headers without scheme and host.',
};

export const drainTimeout: DefaultedKey<number> = {
  status: 'supported',
  path: 'http.draintimeout',
  type: timeout,
  default: '30s',
  doc: 'How long a stop waits for transfers to finish. `0s` ends them at once, which is the default of `registry:2`.',
};

const secret: SupportedKey<string> = {
  status: 'supported',
  path: 'http.secret',
  type: text,
  secret: true,
  doc: 'Accepted and not needed: nothing that a client holds has to be signed.',
};

export const headers: SupportedKey<readonly string[]> = {
  status: 'supported',
  path: 'http.headers.*',
  type: listOf(headerText),
  doc: 'Header added to every response, with its list of values, for example for CORS.',
};

export const trustedProxies: SupportedKey<readonly string[]> = {
  status: 'supported',
  path: 'http.trustedproxies',
  type: listOf(network),
  doc: 'Proxies in front, as addresses or networks (`[10.0.0.0/8]`): from these alone `X-Forwarded-For` and `Forwarded` are believed, for the log, the audit log, limits and slowed logins. `X-Forwarded-Proto` and `X-Forwarded-Host` need no trust: they only tell a client where its tokens are.',
};

export const http2Disabled: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'http.http2.disabled',
  type: boolean,
  default: 'false',
  doc: 'Offers HTTP/1.1 alone over TLS.',
};

export const debugAddress: SupportedKey<Address> = {
  status: 'supported',
  path: 'http.debug.addr',
  type: address,
  doc: 'Second address, for metrics. Keep it private.',
};

export const prometheusEnabled: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'http.debug.prometheus.enabled',
  type: boolean,
  default: 'false',
  doc: 'Serves metrics for Prometheus at `http.debug.addr`.',
};

export const prometheusPath: DefaultedKey<string> = {
  status: 'supported',
  path: 'http.debug.prometheus.path',
  type: urlPath,
  default: '/metrics',
  doc: 'Path of the metrics.',
};

export const httpKeys: readonly Key[] = [
  listenAddress,
  {
    status: 'later',
    path: 'http.net',
    harmless: 'tcp',
    doc: 'Kind of socket: `tcp` works, `unix` not yet.',
    instead: 'remove it and give http.addr as HOST:PORT',
  },
  publicUrl,
  prefix,
  relativeUrls,
  drainTimeout,
  secret,
  headers,
  trustedProxies,
  ...tlsKeys,
  http2Disabled,
  {
    status: 'later',
    path: 'http.h2c.enabled',
    doc: 'HTTP/2 without TLS.',
    instead: 'remove it: clients use HTTP/1.1 without TLS, and HTTP/2 with it',
  },
  debugAddress,
  prometheusEnabled,
  prometheusPath,
];
