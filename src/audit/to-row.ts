import { type AuditEntry, canonicalJson } from '../rest/index.ts';
import { maskSecrets } from './mask-secrets.ts';
import type { AuditRow } from './tables.ts';

/** What is known of a line before its place in the log is. */
export type UnplacedRow = Omit<AuditRow, 'sequence' | 'at'>;

/** Bounds a line; what is longer after masking is told by its size alone. */
const MAX_JSON = 16 * 1024;
const MAX_NAME = 512;

export function toRow(entry: AuditEntry, outcome: AuditRow['outcome']): UnplacedRow {
  const { action, origin, resource, before, after, reason } = entry;
  const { actor } = origin;
  return {
    action: cut(action),
    outcome,
    actor: actor ? cut(actor.name) : null,
    actor_kind: actor?.kind ?? null,
    account_id: actor?.accountId ?? null,
    credential_kind: actor?.credential.kind ?? null,
    credential_id: actor?.credential.id === undefined ? null : cut(actor.credential.id),
    remote_address: cut(origin.remoteAddress),
    request_id: cut(origin.requestId),
    resource_type: cut(resource.type),
    resource: cut(resource.name),
    namespace: resource.namespace === undefined ? null : cut(resource.namespace),
    before: toJson(before),
    after: toJson(after),
    reason: reason === undefined ? null : cut(reason),
    times: 1,
  };
}

function cut(text: string): string {
  const masked = String(maskSecrets(text)).toWellFormed();
  return masked.length <= MAX_NAME ? masked : `${masked.slice(0, MAX_NAME - 1).toWellFormed()}…`;
}

function toJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = canonicalJson(maskSecrets(value));
  return text.length <= MAX_JSON ? text : canonicalJson({ too_long: text.length });
}
