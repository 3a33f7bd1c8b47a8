import type { Clock } from './clock.ts';

export interface ExpiringCache<Value> {
  /** Undefined for what is not there, or is there no longer. */
  get(key: string): Value | undefined;
  set(key: string, value: Value, expiresAt: number): void;
}

/** What an entry takes besides the characters of its key: the value, the entry of the map. Generous. */
const ENTRY_OVERHEAD = 1024;

/**
 * Remembers values until their time, `expiresAt` in milliseconds since the epoch. Beyond `maxSize` (characters of the
 * keys and about a kilobyte an entry) what was used longest ago goes, so that no flood of long keys fills the memory.
 */
export function createExpiringCache<Value>(options: {
  readonly clock: Clock;
  readonly maxSize: number;
}): ExpiringCache<Value> {
  const { clock, maxSize } = options;
  // In the order of use: a map keeps the order in which its entries were set.
  const entries = new Map<string, { readonly value: Value; readonly expiresAt: number }>();
  let size = 0;

  return {
    get(key) {
      const found = entries.get(key);
      if (!found) return undefined;
      remove(key);
      if (clock.now() >= found.expiresAt) return undefined;
      add(key, found);
      return found.value;
    },
    set(key, value, expiresAt) {
      remove(key);
      add(key, { value, expiresAt });
      for (const oldest of entries.keys()) {
        if (size <= maxSize) break;
        remove(oldest);
      }
    },
  };

  function add(key: string, entry: { value: Value; expiresAt: number }): void {
    entries.set(key, entry);
    size += key.length + ENTRY_OVERHEAD;
  }

  function remove(key: string): void {
    if (entries.delete(key)) size -= key.length + ENTRY_OVERHEAD;
  }
}
