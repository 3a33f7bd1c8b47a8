import type { DefaultedKey, Key, SupportedKey } from './key.ts';
import { cipherSuite, listOf, oneOf, path } from './value-types.ts';

export const certificate: SupportedKey<string> = {
  status: 'supported',
  path: 'http.tls.certificate',
  type: path,
  doc: 'PEM file of the certificate and its chain. With it, Lading speaks TLS alone.',
};

export const privateKey: SupportedKey<string> = {
  status: 'supported',
  path: 'http.tls.key',
  type: path,
  doc: 'PEM file of the private key of the certificate.',
};

export const clientCas: SupportedKey<readonly string[]> = {
  status: 'supported',
  path: 'http.tls.clientcas',
  type: listOf(path),
  doc: 'PEM files of the authorities whose client certificates are accepted.',
};

export const clientAuth: DefaultedKey<
  | 'request-client-cert'
  | 'require-any-client-cert'
  | 'verify-client-cert-if-given'
  | 'require-and-verify-client-cert'
> = {
  status: 'supported',
  path: 'http.tls.clientauth',
  type: oneOf(
    'request-client-cert',
    'require-any-client-cert',
    'verify-client-cert-if-given',
    'require-and-verify-client-cert',
  ),
  default: 'require-and-verify-client-cert',
  doc: 'What is asked of clients once `http.tls.clientcas` names authorities.',
};

export const minimumTls: DefaultedKey<'tls1.2' | 'tls1.3'> = {
  status: 'supported',
  path: 'http.tls.minimumtls',
  type: oneOf('tls1.2', 'tls1.3'),
  default: 'tls1.2',
  doc: 'Oldest TLS version offered. Those before 1.2 are not safe and not offered.',
};

export const tlsCipherSuites: SupportedKey<readonly string[]> = {
  status: 'supported',
  path: 'http.tls.ciphersuites',
  type: listOf(cipherSuite),
  doc: 'Cipher suites offered, by the names that Go gives them; those with forward secrecy are known.',
};

export const tlsKeys: readonly Key[] = [
  certificate,
  privateKey,
  clientCas,
  clientAuth,
  minimumTls,
  tlsCipherSuites,
  {
    status: 'later',
    path: 'http.tls.letsencrypt',
    doc: "Certificates from Let's Encrypt.",
    instead: 'give certificate files in http.tls.certificate and http.tls.key',
  },
];
