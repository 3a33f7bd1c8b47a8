import { isAddressOrNetwork } from '../../http/index.ts';
import { cipherSuites } from './cipher-suites.ts';
import { findAddress } from './find-address.ts';
import { findDurationMs } from './find-duration.ts';
import type { Tree } from './tree.ts';

/** How a value is read once its key is known. */
export interface ValueType<T> {
  /** For the reference: what to write. */
  readonly description: string;
  /** Whether variables may add to it by number. */
  readonly isList: boolean;
  /** The value of a tree that is not null; undefined when it is not of this type. */
  find(tree: Tree): T | undefined;
}

function ofText<T>(description: string, find: (text: string) => T | undefined): ValueType<T> {
  return {
    description,
    isList: false,
    find: (tree) => (tree.kind === 'scalar' ? find(tree.text) : undefined),
  };
}

function matching(description: string, pattern: RegExp): ValueType<string> {
  return ofText(description, (text) => (pattern.test(text) ? text : undefined));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL ends a C string, so a path after it would be cut off.
export const path = matching('a path', /^[^\u0000]+$/);
export const text = ofText('a text', (value) => value);
/** What may stand in an HTTP header: anything else would split the response or make Node throw on each request. */
export const headerText = matching('a text of printable ASCII characters', /^[\x20-\x7e]+$/);

/** go-yaml's words for a boolean. */
export const boolean = ofText('true or false', (value) => {
  if (/^(true|yes|on|y)$/i.test(value)) return true;
  if (/^(false|no|off|n)$/i.test(value)) return false;
  return undefined;
});

export function integer(minimum: number): ValueType<number> {
  return ofText(`a whole number, at least ${minimum}`, (value) => {
    const number = /^\+?\d{1,15}$/.test(value) ? Number(value) : undefined;
    return number !== undefined && number >= minimum ? number : undefined;
  });
}

// Beyond 2^31-1 ms Node's timers fire at once.
const longestTimerMs = 2 ** 31 - 1;

export const timeout = ofText('a duration such as 30s, at most 596h', (value) => {
  const ms = findDurationMs(value);
  return ms !== undefined && ms <= longestTimerMs ? ms : undefined;
});

// `24` without a unit is 24 nanoseconds: a period of nothing, which is never what was meant.
export const period = ofText('a duration of at least 1ms and at most 596h, such as 24h', (value) => {
  const ms = findDurationMs(value);
  return ms !== undefined && ms >= 1 && ms <= longestTimerMs ? ms : undefined;
});

export const age = ofText('a duration of at least 1ms, such as 168h', (value) => {
  const ms = findDurationMs(value);
  return ms !== undefined && ms >= 1 ? ms : undefined;
});

export const address = ofText('HOST:PORT, or :PORT for all interfaces', findAddress);

export function oneOf<const T extends string>(...words: readonly T[]): ValueType<T> {
  return ofText(words.length === 1 ? words.join() : `one of ${words.join(', ')}`, (value) =>
    words.find((word) => word === value.toLowerCase()),
  );
}

export function listOf<T>(item: ValueType<T>): ValueType<readonly T[]> {
  return {
    description: `a list such as [A, B], each ${item.description}`,
    isList: true,
    find(tree) {
      if (tree.kind !== 'list') return undefined;
      const values: T[] = [];
      for (const child of tree.items) {
        const value = item.find(child);
        if (value === undefined) return undefined;
        values.push(value);
      }
      return values;
    },
  };
}

export const network = ofText('an address or network such as 10.0.0.0/8', (value) =>
  isAddressOrNetwork(value) ? value : undefined,
);

/** The public address; returned without a slash at its end. */
export const externalUrl = ofText('a URL such as https://registry.example.com', (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return url.href.replace(/\/+$/, '');
});

/** As written: a token server may mind a slash at the end. It stands in a header, so nothing else gets in. */
export const realmUrl = ofText('a URL such as https://auth.example.com/token', (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' && url.hash === '' ? url.href : undefined;
});

/** As written, because issuers are compared letter by letter. Plain http is for providers on this machine: tests, proxies. */
export const issuerUrl = ofText('a URL such as https://id.example.com', (value) => {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || /[?#\s]/.test(value)) return undefined;
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? value : undefined;
});

export interface TeamName {
  readonly organisation: string;
  readonly team: string;
}

export const teamName = ofText('ORGANISATION/TEAM', (value): TeamName | undefined => {
  const word = '[a-z0-9]+(?:[._-][a-z0-9]+)*';
  const [, organisation, team] = new RegExp(`^(${word})/(${word})$`).exec(value) ?? [];
  return organisation === undefined || team === undefined ? undefined : { organisation, team };
});

/** Returned with a slash at both ends. */
export const urlPrefix = ofText('a URL path such as /registry/', (value) => {
  const parts = value.split('/').filter((part) => part !== '');
  if (!parts.every((part) => /^[\w.~-]+$/.test(part) && !/^\.+$/.test(part))) return undefined;
  return parts.length === 0 ? '/' : `/${parts.join('/')}/`;
});

export const urlPath = matching('a URL path such as /metrics', /^\/[\w.~/-]*$/);

/** Go's name for a cipher suite; returned as OpenSSL's. */
export const cipherSuite = ofText("Go's name of a cipher suite that is safe with TLS 1.2 or 1.3", (value) =>
  Object.hasOwn(cipherSuites, value) ? cipherSuites[value] : undefined,
);

// Clients read less than a minute as a minute; over an hour, rights that nobody decides anew would live too long.
export const tokenLifetime = ofText('a duration from 1m to 1h', (value) => {
  const ms = findDurationMs(value);
  return ms !== undefined && ms >= 60_000 && ms <= 3_600_000 ? ms : undefined;
});

const signingAlgorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
];
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** Of RFC 7518 and 8037, those with a public key: a shared secret would let whoever can read it sign as well. */
export const signingAlgorithm = ofText(`one of ${signingAlgorithms.join(', ')}`, (value) =>
  signingAlgorithms.find((name) => name === value),
);

/** A block that has no keys of its own. */
export const marker: ValueType<true> = {
  description: 'an empty block',
  isList: false,
  find: (tree) => (tree.kind === 'block' ? true : undefined),
};
