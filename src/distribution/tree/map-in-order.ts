/**
 * Runs `work` for up to `concurrency` items at once and yields the results in the order of the items. Nothing is
 * read further ahead than that. When it ends, however it ends, no work is still under way.
 */
export async function* mapInOrder<Item, Result>(
  source: Iterable<Item> | AsyncIterable<Item>,
  options: { concurrency: number; work: (item: Item) => Promise<Result> },
): AsyncGenerator<Result> {
  const running = new Set<Promise<Result>>();
  const next = async () => {
    for (const first of running) {
      running.delete(first);
      return first;
    }
    throw new Error('nothing is under way');
  };
  try {
    for await (const item of source) {
      const result = options.work(item);
      // It is awaited in its turn; until then its failure must not count as unhandled.
      result.catch(() => {});
      running.add(result);
      if (running.size >= options.concurrency) yield await next();
    }
    while (running.size > 0) yield await next();
  } finally {
    await Promise.allSettled(running);
  }
}
