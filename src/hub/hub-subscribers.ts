import type { Transaction } from 'kysely';
import type { StoredEvent, Subscriber } from '../jobs/index.ts';
import { parseRepositoryName } from '../oci/index.ts';
import { addPush, forgetTags, moveActivity, removeActivity } from './counts/activity-store.ts';
import type { SearchIndex } from './search/create-search-index.ts';
import type { HubTables } from './tables.ts';

/** What the hub does about what happens in the registry. In this order: what is shown is found a moment later. */
export function hubSubscribers({ index }: { index: SearchIndex }): Subscriber[] {
  return [
    {
      name: 'hub-profiles',
      handle: async (events) => async (trx) => {
        for (const event of events) await follow(trx as unknown as Transaction<HubTables>, event);
      },
    },
    {
      name: 'hub-search',
      async handle(events) {
        const names = events.flatMap((event) =>
          event.type === 'repository.renamed' ? [event.repository, event.from] : [event.repository],
        );
        await index.update([...new Set(names)].map((name) => parseRepositoryName(name)));
        return undefined;
      },
    },
  ];
}

async function follow(trx: Transaction<HubTables>, event: StoredEvent): Promise<void> {
  switch (event.type) {
    case 'manifest.pushed':
      // By digest alone come the images of an index, and signatures: parts of a push, not pushes.
      if (event.tags.length > 0) await addPush(trx, event);
      return;
    case 'manifest.deleted':
      return forgetTags(trx, event.repository, event.tags);
    case 'tag.deleted':
      return forgetTags(trx, event.repository, [event.tag]);
    case 'repository.deleted':
      return removeActivity(trx, event.repository);
    case 'repository.renamed':
      return moveActivity(trx, event.from, event.repository);
    default:
  }
}
