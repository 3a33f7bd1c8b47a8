import type { TlsSettings } from '../../http/index.ts';
import * as auth from './auth-keys.ts';
import * as http from './http-keys.ts';
import * as log from './log-keys.ts';
import * as oidc from './oidc-keys.ts';
import * as other from './other-keys.ts';
import type { AccountsSettings, HttpSettings, Settings } from './settings.ts';
import * as storage from './storage-keys.ts';
import * as tls from './tls-keys.ts';
import type { Values } from './values.ts';

/** The settings of a checked tree that names at most one storage driver and one authentication type. */
export function buildSettings(
  values: Values,
  driver: string | undefined,
  authType: string | undefined,
): Settings {
  const formatter = values.find(log.logFormatter);
  const tagsMaxTags = values.find(other.tagsMaxTags);
  return {
    storage:
      driver === 'inmemory'
        ? { kind: 'inmemory' }
        : { kind: 'filesystem', root: values.get(storage.rootDirectory) },
    deleteEnabled: values.get(storage.deleteEnabled),
    readOnly: values.get(storage.readOnly),
    uploadExpiry: {
      enabled: values.get(storage.purgingEnabled),
      ageMs: values.get(storage.purgingAge),
      intervalMs: values.get(storage.purgingInterval),
      dryRun: values.get(storage.purgingDryRun),
    },
    http: buildHttp(values),
    auth: buildAuth(values, authType),
    accounts: {
      realm: values.find(auth.accountsRealm),
      service: values.get(auth.accountsService),
      issuer: values.get(auth.accountsIssuer),
      tokenLifetimeMs: values.get(auth.accountsTokenExpiry),
      oidc: buildOidc(values),
      privateIssuers: values.find(oidc.oidcPrivateIssuers) ?? [],
    },
    log: {
      level: values.get(log.logLevel),
      formatter: formatter === 'logstash' ? 'json' : formatter,
      fields: Object.fromEntries(values.list(log.logFields)),
      accessLogDisabled: values.get(log.accessLogDisabled),
    },
    audit: { retentionDays: values.find(other.auditRetentionDays) },
    catalogMaxEntries: values.get(other.catalogMaxEntries),
    sparseManifests: values.get(other.sparseManifests),
    ...(tagsMaxTags === undefined ? {} : { tagsMaxTags }),
    health: {
      storageDriver: {
        enabled: values.get(other.healthEnabled),
        intervalMs: values.get(other.healthInterval),
        threshold: Math.max(1, values.get(other.healthThreshold)),
      },
    },
  };
}

function buildAuth(values: Values, authType: string | undefined): Settings['auth'] {
  if (authType === undefined) return { kind: 'none' };
  // Whoever named a type wants no open registry, whatever else went wrong.
  const demanded = <T>(value: T | undefined): T => {
    if (value === undefined) throw new TypeError('The tree was not checked: auth');
    return value;
  };
  switch (authType) {
    case 'htpasswd':
      return {
        kind: 'htpasswd',
        path: demanded(values.find(auth.htpasswdPath)),
        realm: demanded(values.find(auth.htpasswdRealm)),
      };
    case 'accounts':
      return { kind: 'accounts' };
    case 'token': {
      const redirects = values.get(auth.tokenAutoRedirect);
      return {
        kind: 'token',
        realm: redirects ? undefined : demanded(values.find(auth.tokenRealm)),
        redirectPath: values.get(auth.tokenAutoRedirectPath),
        service: demanded(values.find(auth.tokenService)),
        issuer: demanded(values.find(auth.tokenIssuer)),
        rootCertBundle: values.find(auth.tokenRootCertBundle),
        jwks: values.find(auth.tokenJwks),
        signingAlgorithms: values.find(auth.tokenSigningAlgorithms),
      };
    }
    default:
      throw new TypeError(`The tree was not checked: auth.${authType}`);
  }
}

function buildOidc(values: Values): AccountsSettings['oidc'] {
  const issuer = values.find(oidc.oidcIssuer);
  const clientId = values.find(oidc.oidcClientId);
  if (issuer === undefined || clientId === undefined) return undefined;
  return {
    issuer,
    clientId,
    clientSecret: values.find(oidc.oidcClientSecret),
    scopes: values.find(oidc.oidcScopes) ?? ['openid', 'profile', 'email'],
    nameClaim: values.get(oidc.oidcNameClaim),
    groupsClaim: values.get(oidc.oidcGroupsClaim),
    teams: values.list(oidc.oidcGroups).map(([group, team]) => ({ group, ...team })),
    createsAccounts: values.get(oidc.oidcCreateAccounts),
    linksVerifiedEmail: values.get(oidc.oidcLinkVerifiedEmail),
  };
}

function buildHttp(values: Values): HttpSettings {
  const externalUrl = values.find(http.publicUrl);
  const debug = values.find(http.debugAddress);
  const tlsSettings = buildTls(values);
  return {
    ...values.get(http.listenAddress),
    ...(externalUrl === undefined ? {} : { externalUrl }),
    prefix: values.get(http.prefix),
    relativeUrls: values.get(http.relativeUrls),
    drainTimeoutMs: values.get(http.drainTimeout),
    trustedProxies: values.find(http.trustedProxies) ?? [],
    headers: Object.fromEntries(values.list(http.headers)),
    ...(tlsSettings === undefined ? {} : { tls: tlsSettings }),
    http2Enabled: !values.get(http.http2Disabled),
    ...(debug === undefined
      ? {}
      : {
          debug: {
            ...debug,
            prometheus: {
              enabled: values.get(http.prometheusEnabled),
              path: values.get(http.prometheusPath),
            },
          },
        }),
  };
}

function buildTls(values: Values): TlsSettings | undefined {
  const certificate = values.find(tls.certificate);
  const key = values.find(tls.privateKey);
  if (certificate === undefined || key === undefined) return undefined;
  const cipherSuites = values.find(tls.tlsCipherSuites);
  return {
    certificate,
    key,
    clientCas: values.find(tls.clientCas) ?? [],
    clientAuth: values.get(tls.clientAuth),
    minimumTls: values.get(tls.minimumTls),
    ...(cipherSuites === undefined ? {} : { cipherSuites }),
  };
}
