/** What is often there at once. A promise for it would cost more than most of what is done with it. */
export type NowOrLater<Value> = Value | Promise<Value>;

/**
 * Goes on with what `work` gives: at once when it is there, later when it is promised. `failed` gets what `work` threw
 * or its promise was rejected with, never what `done` threw; left out, it is thrown on.
 */
export function whenReady<Value, Result>(
  work: () => NowOrLater<Value>,
  done: (value: Value) => NowOrLater<Result>,
  failed: (error: unknown) => NowOrLater<Result> = rethrow,
): NowOrLater<Result> {
  let value: NowOrLater<Value>;
  try {
    value = work();
  } catch (error) {
    return failed(error);
  }
  return value instanceof Promise ? value.then(done, failed) : done(value);
}

/** `whenReady` for a value that was got already. */
export function andThen<Value, Result>(
  value: NowOrLater<Value>,
  done: (value: Value) => NowOrLater<Result>,
): NowOrLater<Result> {
  return value instanceof Promise ? value.then(done) : done(value);
}

function rethrow(error: unknown): never {
  throw error;
}
