import type { Database } from '../db/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { pruneEvents } from './events-store.ts';
import type { Subscriber } from './subscriber.ts';
import type { JobTables } from './tables.ts';

/** Brings events to their subscribers, in the background. */
export interface EventRunner extends AsyncDisposable {
  /** Says that there may be events. They are delivered within a tenth of a second. Never throws, costs nothing. */
  poke(): void;
  /** Delivers what is there now, at once, each subscriber as far as it can. */
  flush(): Promise<void>;
  /** Stops after what is under way. What is left is delivered after the next start. */
  close(): Promise<void>;
}

/** Pushes come in bursts: a subscriber that deals with many at once writes once for them. */
const GATHER_MS = 100;
/** How soon events are seen that another process wrote (`lading rm` beside a server). */
const LOOK_MS = 5_000;
const PRUNE_EVERY_MS = 60_000;
/** Bounds how long pushes wait for one pruning. */
const PRUNED_AT_ONCE = 5_000;

/**
 * Each subscriber gets every event at least once, in the order of the commits, and has a durable cursor of its own:
 * one that is slow or fails holds up nobody else. There must be one runner for a database.
 */
export function createEventRunner<Tables extends JobTables>(options: {
  db: Database<Tables>;
  subscribers: readonly Subscriber[];
  clock: Clock;
  log: Logger;
}): EventRunner {
  const { subscribers, clock, log } = options;
  const db = options.db as unknown as Database<JobTables>;
  const deliveries = subscribers.map((subscriber) => createDelivery({ db, log, subscriber }));
  let isClosed = false;
  let prunedAt = Number.NEGATIVE_INFINITY;
  const lines = deliveries.map((delivery) => createLine(delivery, () => isClosed));

  async function prune(): Promise<void> {
    if (isClosed || clock.now() - prunedAt < PRUNE_EVERY_MS || deliveries.length === 0) return;
    prunedAt = clock.now();
    const done = Math.min(...(await Promise.all(deliveries.map((delivery) => delivery.position()))));
    while (!isClosed) {
      const gone = await db.transaction((trx) => pruneEvents(trx, done, PRUNED_AT_ONCE));
      if (gone < PRUNED_AT_ONCE) return;
    }
  }

  let last: Promise<unknown> = Promise.resolve();
  const look = setInterval(() => {
    for (const line of lines) line.poke();
    last = last.then(prune).catch((error) => log.warn({ err: error }, 'old events could not be pruned'));
  }, LOOK_MS).unref();

  async function close(): Promise<void> {
    isClosed = true;
    clearInterval(look);
    await Promise.all([last, ...lines.map((line) => line.close())]);
  }

  return {
    poke() {
      for (const line of lines) line.poke();
    },
    async flush() {
      await Promise.all(lines.map((line) => line.flush()));
      await prune();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One delivery at a time, at once or when its timer says. */
function createLine(delivery: Delivery, isClosed: () => boolean) {
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    clearTimeout(timer);
    timer = undefined;
    const next = running.then(async () => {
      const retryMs = await delivery.run(isClosed);
      if (retryMs !== undefined) runLater(retryMs);
    });
    running = next;
    return next;
  };
  /** While a retry is due, each push would only knock at what is known to refuse. */
  const runLater = (delayMs: number) => {
    if (timer !== undefined || isClosed()) return;
    timer = setTimeout(run, delayMs).unref();
  };
  return {
    poke: () => runLater(GATHER_MS),
    flush: run,
    async close() {
      clearTimeout(timer);
      await running;
    },
  };
}
