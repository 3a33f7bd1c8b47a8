import type { Database } from '../db/index.ts';
import type { Logger } from '../kernel/index.ts';
import type { StoredEvent } from './event.ts';
import { findPosition, listEvents, putPosition } from './events-store.ts';
import type { Subscriber } from './subscriber.ts';
import type { JobTables } from './tables.ts';

/** Bounds memory: an event is less than a kilobyte, or some hundred with a thousand tags. */
const EVENTS_PER_BATCH = 200;
/** With the delays between them some ten minutes: what an event still meets then is no passing trouble. */
const ATTEMPTS = 12;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 120_000;

/** One subscriber's way through the events. */
export interface Delivery {
  /**
   * Delivers all there is now. Answers undefined when that is done, or after how many milliseconds to try again.
   */
  run(isClosed: () => boolean): Promise<number | undefined>;
  /** All events up to here are dealt with. */
  position(): Promise<number>;
}

export function createDelivery(options: {
  db: Database<JobTables>;
  log: Logger;
  subscriber: Subscriber;
}): Delivery {
  const { db, log, subscriber } = options;
  let known: number | undefined;
  /** Tries at the event after `known`. Since the first failure, events are delivered one by one. */
  let attempts = 0;

  const position = async () => {
    known ??= await findPosition(db.reads, subscriber.name);
    return known;
  };

  async function deliver(events: readonly StoredEvent[], last: number): Promise<void> {
    const apply = await subscriber.handle(events);
    await db.transaction(async (trx) => {
      await apply?.(trx);
      await putPosition(trx, subscriber.name, last);
    });
    known = last;
  }

  async function skip(event: StoredEvent, error: unknown): Promise<void> {
    log.error(
      { err: error, subscriber: subscriber.name, event: event.id, type: event.type },
      'an event cannot be dealt with and is left out',
    );
    await db.transaction((trx) => putPosition(trx, subscriber.name, event.id));
    known = event.id;
  }

  return {
    position,
    async run(isClosed) {
      try {
        while (!isClosed()) {
          const limit = attempts > 0 ? 1 : EVENTS_PER_BATCH;
          const events = await listEvents(db.reads, { after: await position(), limit });
          const end = events.at(-1);
          if (!end) return undefined;
          try {
            await deliver(events, end.id);
          } catch (error) {
            if (attempts + 1 < ATTEMPTS || events.length > 1) throw error;
            await skip(end, error);
          }
          attempts = 0;
        }
        return undefined;
      } catch (error) {
        if (attempts === 0) {
          log.warn({ err: error, subscriber: subscriber.name }, 'events wait: trying again');
        }
        const delayMs = Math.min(FIRST_RETRY_MS * 2 ** attempts, LAST_RETRY_MS);
        attempts += 1;
        return delayMs;
      }
    },
  };
}
