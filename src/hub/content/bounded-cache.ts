export interface BoundedCache<Value> {
  /** The value of `key`, from those asked for last or else from `make`. Undefined is not kept. */
  get(key: string, make: () => Promise<Value | undefined>): Promise<Value | undefined>;
}

/** What holding one costs beside its size: else a flood of tiny ones would not be bounded. */
const ENTRY_BYTES = 512;

/** Beyond `maxBytes` what was used longest ago goes. Only for what never changes, such as what has a digest. */
export function createBoundedCache<Value>(options: {
  readonly maxBytes: number;
  sizeOf(value: Value): number;
}): BoundedCache<Value> {
  const { maxBytes, sizeOf } = options;
  // In the order of use: a map keeps the order in which its entries were set.
  const held = new Map<string, Value>();
  let heldBytes = 0;

  return {
    async get(key, make) {
      const known = held.get(key);
      if (known !== undefined) {
        held.delete(key);
        held.set(key, known);
        return known;
      }
      const value = await make();
      if (value !== undefined && !held.has(key)) keep(key, value);
      return value;
    },
  };

  function keep(key: string, value: Value): void {
    held.set(key, value);
    heldBytes += ENTRY_BYTES + sizeOf(value);
    for (const [oldest, old] of held) {
      if (heldBytes <= maxBytes) return;
      held.delete(oldest);
      heldBytes -= ENTRY_BYTES + sizeOf(old);
    }
  }
}
