import { at } from './at.ts';
import {
  htpasswdPath,
  htpasswdRealm,
  tokenAutoRedirect,
  tokenIssuer,
  tokenJwks,
  tokenRealm,
  tokenRootCertBundle,
  tokenService,
} from './auth-keys.ts';
import type { Problem } from './configuration-error.ts';
import { debugAddress, headers, prometheusEnabled } from './http-keys.ts';
import type { SupportedKey } from './key.ts';
import { logFormatter } from './log-keys.ts';
import { oidcClientId, oidcClientSecret, oidcIssuer } from './oidc-keys.ts';
import { certificate, clientCas, privateKey } from './tls-keys.ts';
import { findAt, type Tree } from './tree.ts';
import { childrenOf, createValues } from './values.ts';

const storageOptions = ['cache', 'delete', 'maintenance', 'redirect', 'tag'];

/** What a section that maps types to parameters names: storage drivers, authentication types. */
export function listChoices(tree: Tree, section: 'storage' | 'auth'): readonly string[] {
  const block = findAt(tree, [section]);
  const names = block?.kind === 'block' ? [...block.entries.keys()] : [];
  return names.filter((name) => section === 'auth' || !storageOptions.includes(name));
}

/** Rules between keys, in a tree whose choices are expanded. */
export function checkRelations(tree: Tree): { problems: Problem[]; warnings: string[] } {
  const values = createValues(tree);
  const problems: Problem[] = [];
  const warnings: string[] = [];

  for (const section of ['storage', 'auth'] as const) {
    const choices = listChoices(tree, section);
    if (choices.length < 2) continue;
    const places = choices.map((name) =>
      at(`${section}.${name}`, (findAt(tree, [section, name]) ?? tree).origin),
    );
    const what = section === 'storage' ? 'storage driver' : 'authentication type';
    problems.push({
      code: 'conflict',
      text: `${places.join(' and ')}: only one ${what} can be used; remove the others, or set REGISTRY_${section.toUpperCase()} to the one you want, which replaces the whole section.`,
    });
  }

  const htpasswd = findAt(tree, ['auth', 'htpasswd']);
  if (htpasswd !== undefined) {
    demand(htpasswdPath, at('auth.htpasswd', htpasswd.origin), 'the file that `lading htpasswd` writes');
    demand(htpasswdRealm, at('auth.htpasswd', htpasswd.origin), 'for example Registry Realm');
  }
  const token = findAt(tree, ['auth', 'token']);
  if (token !== undefined) {
    const named = at('auth.token', token.origin);
    if (values.find(tokenAutoRedirect) !== true) {
      demand(tokenRealm, named, 'the URL of the token server, or set auth.token.autoredirect');
    }
    demand(tokenService, named, 'the `aud` of its tokens');
    demand(tokenIssuer, named, 'the `iss` of its tokens');
    // With keys of its own, a bundle beside them is one more, not a need.
    if (values.findOrigin(tokenJwks) === undefined) {
      demand(tokenRootCertBundle, named, 'the PEM file of its certificate, or set auth.token.jwks');
    }
  }
  needs(oidcIssuer, oidcClientId, 'what the provider calls this registry');
  needs(oidcClientId, oidcIssuer, 'the URL of the provider');
  needs(oidcClientSecret, oidcIssuer, 'the URL of the provider');
  needs(certificate, privateKey, 'the PEM file of its private key');
  needs(privateKey, certificate, 'the PEM file of its certificate');
  needs(clientCas, certificate, 'the PEM file of a certificate: client certificates exist over TLS alone');

  for (const [name, value] of childrenOf(tree, headers)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) continue;
    problems.push({
      code: 'value-invalid',
      text: `${at(`http.headers.${name}`, value.origin)}: is no name of an HTTP header; use letters, digits and "-".`,
    });
  }

  const prometheus = values.findOrigin(prometheusEnabled);
  if (prometheus && values.find(prometheusEnabled) && values.findOrigin(debugAddress) === undefined) {
    warnings.push(
      `${at(prometheusEnabled.path, prometheus)}: without effect until ${debugAddress.path} is set.`,
    );
  }
  const formatter = values.findOrigin(logFormatter);
  if (formatter && values.find(logFormatter) === 'logstash') {
    warnings.push(`${at(logFormatter.path, formatter)}: logstash gives the same lines as json.`);
  }
  return { problems, warnings };

  function needs(key: SupportedKey<unknown>, other: SupportedKey<unknown>, what: string): void {
    const origin = values.findOrigin(key);
    if (origin !== undefined) demand(other, at(key.path, origin), what);
  }

  function demand(key: SupportedKey<unknown>, because: string, what: string): void {
    if (values.findOrigin(key) !== undefined) return;
    problems.push({
      code: 'value-invalid',
      text: `${because}: needs ${key.path} as well; set it to ${what}.`,
    });
  }
}
