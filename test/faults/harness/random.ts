import { randomInt } from 'node:crypto';

/** Chance that can be had again: the same seed, the same choices. */
export interface Random {
  readonly seed: number;
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least `min`, at most `max`. */
  between(min: number, max: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Another source, for a part that runs beside others. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    seed,
    next,
    between,
    pick<Item>(items: readonly Item[]): Item {
      const index = between(0, items.length - 1);
      if (index >= items.length) throw new Error('nothing to pick from');
      return items[index] as Item;
    },
    fork: () => createRandom(between(1, 2 ** 31)),
  };
}

/** LADING_FAULT_SEED, to do a run again that failed; else a new one. Print it. */
export function chooseSeed(): number {
  return Number(process.env.LADING_FAULT_SEED ?? randomInt(1, 2 ** 31));
}
