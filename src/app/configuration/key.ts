import type { ValueType } from './value-types.ts';

/** Where a key stands: `http.tls.certificate`; the last part is `*` where any name may stand. */
interface KeyText {
  readonly path: string;
  /** One sentence or two for the reference. */
  readonly doc: string;
}

/** A key that Lading obeys. */
export interface SupportedKey<T> extends KeyText {
  readonly status: 'supported';
  readonly type: ValueType<T>;
  /** As it would be written in the file. */
  readonly default?: string;
  /** Never shown: neither in the effective configuration nor in a message. */
  readonly secret?: true;
}

/** A key with a default: reading it always gives a value. */
export interface DefaultedKey<T> extends SupportedKey<T> {
  readonly default: string;
}

/** A key that has no effect here and needs none, with all that stands below it. */
export interface IgnoredKey extends KeyText {
  readonly status: 'ignored';
  /** Said at the start when the key is set, where its absence could be missed. */
  readonly warning?: string;
}

/** A key that Lading knows and cannot obey yet, with all below it: setting it to something stops the start. */
export interface LaterKey extends KeyText {
  readonly status: 'later';
  /** What to do now, as the end of a sentence. */
  readonly instead: string;
  /** Naming it is already a choice, whatever stands below: storage drivers and authentication types. */
  readonly isChoice?: true;
  /** A value that changes nothing, besides the empty ones. */
  readonly harmless?: string;
}

export type Key = SupportedKey<unknown> | IgnoredKey | LaterKey;

// Go field names that differ from the YAML key: only they reach the field (clients.md 4.2, rule 2).
const renamedFields: Readonly<Record<string, string>> = {
  'notifications.events': 'EVENTCONFIG',
  'health.file': 'FILECHECKERS',
  'health.http': 'HTTPCHECKERS',
  'health.tcp': 'TCPCHECKERS',
};

/** What the last part of a path is called in variables. */
export function fieldName(path: string): string {
  return renamedFields[path] ?? path.slice(path.lastIndexOf('.') + 1).toUpperCase();
}

/** The variable that sets a key. */
export function variableName(path: string): string {
  const parts = path.split('.');
  const names = parts.map((part, index) =>
    part === '*' ? 'NAME' : fieldName(parts.slice(0, index + 1).join('.')),
  );
  return `REGISTRY_${names.join('_')}`;
}
