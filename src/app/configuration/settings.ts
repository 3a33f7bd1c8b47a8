import type { TlsSettings } from '../../http/index.ts';
import type { OidcSettings } from '../../identity/index.ts';
import type { Address } from './find-address.ts';
import type { SigningAlgorithm } from './value-types.ts';

/** What the program obeys, checked and typed. Paths are as written: relative ones start at the working directory. */
export interface Settings {
  readonly storage: { readonly kind: 'filesystem'; readonly root: string } | { readonly kind: 'inmemory' };
  readonly deleteEnabled: boolean;
  readonly readOnly: boolean;
  readonly uploadExpiry: {
    readonly enabled: boolean;
    readonly ageMs: number;
    readonly intervalMs: number;
    readonly dryRun: boolean;
  };
  readonly http: HttpSettings;
  readonly auth:
    | { readonly kind: 'none' }
    | { readonly kind: 'htpasswd'; readonly path: string; readonly realm: string }
    | ({ readonly kind: 'token' } & ExternalTokenSettings)
    | { readonly kind: 'accounts' };
  /** For `accounts`, which are also on when an administrator exists: `auth` then says `none`. */
  readonly accounts: AccountsSettings;
  readonly log: {
    readonly level: 'error' | 'warn' | 'info' | 'debug';
    /** Undefined: text on a terminal, JSON elsewhere. */
    readonly formatter: 'text' | 'json' | undefined;
    readonly fields: Readonly<Record<string, string>>;
    readonly accessLogDisabled: boolean;
  };
  readonly audit: {
    /** How long lines of the audit log are kept; undefined: for ever. */
    readonly retentionDays: number | undefined;
  };
  readonly catalogMaxEntries: number;
  /** Whether images are taken whose config or layers the repository does not have. */
  readonly sparseManifests: boolean;
  readonly tagsMaxTags?: number;
  readonly health: {
    readonly storageDriver: {
      readonly enabled: boolean;
      readonly intervalMs: number;
      readonly threshold: number;
    };
  };
}

/** A token server elsewhere, as `auth.token` of registry:2. At least one of the two files is given. */
export interface ExternalTokenSettings {
  /** Absolute URL; undefined: `redirectPath` of the host that the client asked. */
  readonly realm: string | undefined;
  readonly redirectPath: string;
  readonly service: string;
  readonly issuer: string;
  readonly rootCertBundle: string | undefined;
  readonly jwks: string | undefined;
  /** Undefined: all that have a public key. */
  readonly signingAlgorithms: readonly SigningAlgorithm[] | undefined;
}

export interface AccountsSettings {
  /** Absolute URL of the token endpoint; undefined: `/token` of the host that the client asked. */
  readonly realm: string | undefined;
  readonly service: string;
  readonly issuer: string;
  readonly tokenLifetimeMs: number;
  /** Undefined: nobody signs in through a provider. */
  readonly oidc: OidcSettings | undefined;
  /** Issuers of federation rules that may be at private addresses. */
  readonly privateIssuers: readonly string[];
}

export interface HttpSettings extends Address {
  /** Scheme, host and perhaps a path, without a slash at the end. */
  readonly externalUrl?: string;
  /** With a slash at both ends. */
  readonly prefix: string;
  readonly relativeUrls: boolean;
  readonly drainTimeoutMs: number;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly tls?: TlsSettings;
  readonly http2Enabled: boolean;
  readonly debug?: Address & { readonly prometheus: { readonly enabled: boolean; readonly path: string } };
}
