/** One finished operation on a register that holds a value or nothing. Times are those of one clock, in order. */
export interface Operation {
  readonly kind: 'put' | 'get' | 'delete';
  /** Of a put what was written, of a get what was read. Of a delete: undefined when there was nothing to delete. */
  readonly value: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** States tried before the search is given up. Histories of a few hundred operations need far less. */
const maximumStates = 2_000_000;

/**
 * Whether some order of the operations, in which none comes before one that had ended when it started, is what one
 * register would have answered (Wing and Gong, "Testing and Verifying Concurrent Objects", 1993). What is known of a
 * state, the operations done and the value held, is not tried again (Lowe). Throws when that takes too long.
 */
export function isLinearizable(history: readonly Operation[], initial: string | undefined): boolean {
  const operations = history.toSorted((a, b) => a.startedAt - b.startedAt);
  const seen = new Set<string>();
  /** All before `first` are done; `others` are done beyond it. */
  const stack: { first: number; others: readonly number[]; value: string | undefined }[] = [
    { first: 0, others: [], value: initial },
  ];
  for (let state = stack.pop(); state; state = stack.pop()) {
    const { first, others, value } = state;
    if (first === operations.length) return true;
    for (const index of candidates(operations, first, others)) {
      const next = apply(operations[index], value);
      if (next === undefined) continue;
      const done = new Set([...others, index]);
      let from = first;
      while (done.delete(from)) from += 1;
      const rest = [...done].sort((a, b) => a - b);
      const key = `${from} ${rest} ${next.value}`;
      if (seen.has(key)) continue;
      if (seen.size >= maximumStates) throw new Error('the history is too concurrent to decide');
      seen.add(key);
      stack.push({ first: from, others: rest, value: next.value });
    }
  }
  return false;
}

/** Those that may come next: started before any other that is left has ended. */
function candidates(operations: readonly Operation[], first: number, others: readonly number[]): number[] {
  const done = new Set(others);
  const found: number[] = [];
  let earliestEnd = Number.POSITIVE_INFINITY;
  for (let index = first; index < operations.length; index++) {
    const operation = operations[index];
    if (operation === undefined || operation.startedAt > earliestEnd) break;
    if (done.has(index)) continue;
    earliestEnd = Math.min(earliestEnd, operation.endedAt);
    found.push(index);
  }
  return found;
}

/** The value afterwards; undefined when the register would not have answered that. */
function apply(
  operation: Operation | undefined,
  value: string | undefined,
): { value: string | undefined } | undefined {
  switch (operation?.kind) {
    case 'put':
      return { value: operation.value };
    case 'get':
      return operation.value === value ? { value } : undefined;
    case 'delete':
      return (operation.value === undefined) === (value === undefined) ? { value: undefined } : undefined;
    default:
      return undefined;
  }
}
