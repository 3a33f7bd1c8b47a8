import type { Clock } from '../kernel/index.ts';
import type { Changes } from './changes.ts';

/**
 * Another process on the same database cannot tell us of its changes; after this long they count here too. With the tenth
 * of a second for which a guard remembers an admission, that is a second.
 */
const MAX_AGE_MS = 900;
const MAX_ENTRIES = 10_000;

/**
 * Remembers what `read` found as long as nothing has changed. What it did not find is read again each time: made-up
 * keys would push the real ones out.
 */
export function createFreshCache<Key, Value>(options: {
  readonly clock: Clock;
  readonly changes: Pick<Changes, 'version'>;
  readonly read: (key: Key) => Promise<Value | undefined>;
}): (key: Key) => Promise<Value | undefined> {
  const { clock, changes, read } = options;
  const entries = new Map<Key, { readonly value: Value; readonly version: number; readonly at: number }>();

  return async (key) => {
    const known = entries.get(key);
    if (known && known.version === changes.version() && Math.abs(clock.now() - known.at) < MAX_AGE_MS) {
      return known.value;
    }
    // Both taken before reading: a change that commits meanwhile makes the entry an old one.
    const version = changes.version();
    const at = clock.now();
    const value = await read(key);
    entries.delete(key);
    if (value === undefined) return undefined;
    entries.set(key, { value, version, at });
    if (entries.size > MAX_ENTRIES) {
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    }
    return value;
  };
}
