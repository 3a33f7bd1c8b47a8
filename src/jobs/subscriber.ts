import type { Transaction } from 'kysely';
import type { StoredEvent } from './event.ts';
import type { JobTables } from './tables.ts';

/** Runs in the transaction that notes the events as dealt with: what it writes is written exactly once. */
export type ApplyEvents = <Tables extends JobTables>(trx: Transaction<Tables>) => Promise<void>;

export interface Subscriber {
  /** Never changes: how far it came is kept under it. */
  readonly name: string;
  /**
   * Gets every event, oldest first, several at a time. What it does outside the answer is done at least once: again
   * after a crash or when it throws. An event that it refuses over and over is logged and left out.
   */
  handle(events: readonly StoredEvent[]): Promise<ApplyEvents | undefined>;
}
