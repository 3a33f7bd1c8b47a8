/**
 * Remembers at most twice `size` values: when the younger half is full the older one is forgotten, except what was
 * looked up meanwhile. So nobody can fill the memory by asking about ever new names.
 */
export interface GenerationCache<Value> {
  find(key: string): Value | undefined;
  set(key: string, value: Value): void;
  clear(): void;
}

export function createGenerationCache<Value>(size: number): GenerationCache<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();

  function set(key: string, value: Value): void {
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }

  return {
    find(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set,
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
