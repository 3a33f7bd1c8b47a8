/**
 * Runs `work` for each item, up to `concurrency` at once, in no order; nothing is read ahead. The first failure
 * stops it and is thrown once no work is under way any more.
 */
export async function forEachConcurrently<Item>(
  source: Iterable<Item> | AsyncIterable<Item>,
  options: { concurrency: number; work: (item: Item) => Promise<void> },
): Promise<void> {
  const items = asyncIteratorOf(source);
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    try {
      while (failure === undefined) {
        const next = await items.next();
        if (next.done) return;
        await options.work(next.value);
      }
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  if (failure) {
    await items.return(undefined);
    throw failure.error;
  }
}

/** A generator answers calls of `next` one after the other, so that workers can share it. */
async function* asyncIteratorOf<Item>(source: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* source;
}
