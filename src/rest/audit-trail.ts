import type { Transaction } from 'kysely';
import type { Actor, Call } from '../http/index.ts';

/** Whose doing it is. Take it from a request with `originOf(call)`; `SYSTEM_ORIGIN` is what nobody asked for. */
export interface AuditOrigin {
  /** Undefined for anybody, and for what the program does by itself. */
  readonly actor?: Pick<Actor, 'kind' | 'name' | 'accountId'> & {
    readonly credential: Pick<Actor['credential'], 'kind' | 'id'>;
  };
  /** Empty when it did not come over the network. */
  readonly remoteAddress: string;
  readonly requestId: string;
}

/** One line of the audit log. Secrets do not belong in it; what looks like one is masked all the same. */
export interface AuditEntry {
  /** The words of the API: `user.create`, `manifest.put`; a contract's name where there is one. */
  readonly action: string;
  readonly origin: AuditOrigin;
  readonly resource: {
    /** `repository`, `namespace`, `account`, `token`, `system`… */
    readonly type: string;
    /** As people name it: `acme/app`, `alice`, the id of a token. */
    readonly name: string;
    /** The user or organisation it belongs to, for those who may read the log of their namespace. */
    readonly namespace?: string | undefined;
  };
  /** JSON values, only what changed. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Of a refusal: why. */
  readonly reason?: string | undefined;
}

/**
 * Where changes are written down. Implemented by src/audit, declared here for those who change things.
 */
export interface AuditTrail {
  /** Writes the entry with `trx`: it is there if and only if the change is. */
  // biome-ignore lint/suspicious/noExplicitAny: each owner has a transaction over its own tables
  record(trx: Transaction<any>, entry: AuditEntry): Promise<void>;
  /** Notes a write that was refused. Never waits and never throws; in a flood some are only counted. */
  refused(entry: AuditEntry): void;
}

/** For where nobody keeps a log: open registries, tests. */
export const noAuditTrail: AuditTrail = { record: async () => {}, refused: () => {} };

export const SYSTEM_ORIGIN: AuditOrigin = { remoteAddress: '', requestId: '' };

export function originOf({
  actor,
  remoteAddress,
  requestId,
}: Pick<Call, 'actor' | 'remoteAddress' | 'requestId'>): AuditOrigin {
  if (!actor) return { remoteAddress, requestId };
  const { kind, name, accountId, credential } = actor;
  const shown = { kind: credential.kind, id: credential.id };
  return { actor: { kind, name, accountId, credential: shown }, remoteAddress, requestId };
}
