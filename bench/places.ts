import { join, resolve } from 'node:path';

export const CHECKOUT = resolve(import.meta.dirname, '..');
/** Everything that a run makes, except its results. */
export const BENCH_CACHE = join(CHECKOUT, '.cache', 'bench');
export const BENCH_BIN = join(BENCH_CACHE, 'bin');
