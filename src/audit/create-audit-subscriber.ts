import type { Transaction } from 'kysely';
import type { RegistryEvent, Subscriber } from '../jobs/index.ts';
import type { Clock } from '../kernel/index.ts';
import { type AuditEntry, SYSTEM_ORIGIN } from '../rest/index.ts';
import { appendRows } from './append-rows.ts';
import type { AuditTables } from './tables.ts';
import { toRow } from './to-row.ts';
import { ownerOf } from './what-of-request.ts';

/**
 * Pushes and deletes come to the log by way of the events that are written in their transactions: once each, whatever
 * crashes, a moment later, and no push waits for the end of the chain. What the API changed it has recorded by itself.
 */
export function createAuditSubscriber(clock: Clock): Subscriber {
  return {
    name: 'audit',
    async handle(events) {
      const rows = events.flatMap((event) => {
        const entry = toEntry(event);
        return entry ? [toRow(entry, 'done')] : [];
      });
      if (rows.length === 0) return undefined;
      return (trx) => appendRows(trx as unknown as Transaction<AuditTables>, rows, clock.now());
    },
  };
}

function toEntry(event: RegistryEvent): AuditEntry | undefined {
  const { type, repository } = event;
  const what = whatOf(event);
  if (!what) return undefined;
  const namespace = ownerOf('repository', repository);
  const origin = event.origin ?? SYSTEM_ORIGIN;
  return { action: type, origin, resource: { type: 'repository', name: repository, namespace }, ...what };
}

/** Undefined for what only the API and the making of a repository do, which record it themselves. */
function whatOf(event: RegistryEvent): Pick<AuditEntry, 'before' | 'after'> | undefined {
  switch (event.type) {
    case 'manifest.pushed': {
      const { digest, tags, mediaType, sizeBytes, subject } = event;
      return { after: { digest, tags, media_type: mediaType, size_bytes: sizeBytes, subject } };
    }
    case 'manifest.deleted':
      return { before: { digest: event.digest, tags: event.tags } };
    case 'tag.deleted':
      return { before: { tag: event.tag } };
    case 'repository.created':
      if (!event.origin) return undefined;
      return { after: { name: event.repository } };
    default:
      return undefined;
  }
}
