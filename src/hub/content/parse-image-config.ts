import { OciError, parseJsonStrictly } from '../../oci/index.ts';

/** What the configuration of an image says (image-spec v1.1.1, "OCI Image Configuration"). Nothing of it need be true. */
export interface ImageConfig {
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly variant: string | undefined;
  readonly osVersion: string | undefined;
  /** RFC 3339 in UTC. */
  readonly createdAt: string | undefined;
  readonly author: string | undefined;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly workdir: string;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  readonly isHistoryTruncated: boolean;
}

export interface HistoryEntry {
  readonly command: string;
  readonly createdAt: string | undefined;
  readonly comment: string | undefined;
  readonly isEmptyLayer: boolean;
}

/** Far more than any image has (docker: 127 layers); bounds what a page shows and what is kept. */
const MAX_HISTORY = 500;
const MAX_ENTRIES = 1000;
const MAX_TEXT = 16 * 1024;

/**
 * Undefined when it is no JSON object that every parser reads alike. Inside, whatever has another type than it should
 * counts as absent: configurations are checked by nobody when they are pushed.
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig | undefined {
  const root = objectOf(readJson(bytes));
  if (!root) return undefined;
  const config = objectOf(root.config) ?? {};
  const history = Array.isArray(root.history) ? root.history : [];
  return {
    os: text(root.os),
    architecture: text(root.architecture),
    variant: text(root.variant),
    osVersion: text(root['os.version']),
    createdAt: time(root.created),
    author: text(root.author),
    env: texts(config.Env),
    entrypoint: texts(config.Entrypoint),
    cmd: texts(config.Cmd),
    user: text(config.User) ?? '',
    workdir: text(config.WorkingDir) ?? '',
    ports: keys(config.ExposedPorts),
    volumes: keys(config.Volumes),
    labels: labels(config.Labels),
    history: history.slice(0, MAX_HISTORY).map(toHistoryEntry),
    isHistoryTruncated: history.length > MAX_HISTORY,
  };
}

function toHistoryEntry(value: unknown): HistoryEntry {
  const entry = objectOf(value) ?? {};
  return {
    command: readableCommand(text(entry.created_by) ?? ''),
    createdAt: time(entry.created),
    comment: text(entry.comment),
    isEmptyLayer: entry.empty_layer === true,
  };
}

/** As the line of a Dockerfile: without what the classic builder (`#(nop)`) and buildkit (`# buildkit`) put around it. */
function readableCommand(createdBy: string): string {
  const nop = '/bin/sh -c #(nop) ';
  if (createdBy.startsWith(nop)) return createdBy.slice(nop.length).trim();
  const command = createdBy.endsWith(' # buildkit') ? createdBy.slice(0, -' # buildkit'.length) : createdBy;
  for (const shell of ['RUN /bin/sh -c ', '/bin/sh -c ']) {
    if (command.startsWith(shell)) return `RUN ${command.slice(shell.length)}`;
  }
  return command;
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return parseJsonStrictly(bytes);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // What it does not say itself it does not say: nothing is looked up in a prototype.
  return Object.assign(Object.create(null), value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined;
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_ENTRIES).flatMap((item) => text(item) ?? []);
}

function keys(value: unknown): string[] {
  return Object.keys(objectOf(value) ?? {})
    .slice(0, MAX_ENTRIES)
    .map((key) => key.slice(0, MAX_TEXT));
}

function labels(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(value) ?? {}).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Other years than those of four digits are no RFC 3339. */
function time(value: unknown): string | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const written = Number.isNaN(at) ? '' : new Date(at).toISOString();
  return /^\d{4}-/.test(written) ? written : undefined;
}
