import { join, resolve } from 'node:path';

export const CHECKOUT = resolve(import.meta.dirname, '..');
/** Everything that a run makes, except its results. */
export const BENCH_CACHE = join(CHECKOUT, '.cache', 'bench');
export const BENCH_BIN = join(BENCH_CACHE, 'bin');
/** Folders of turns. One for each process: two benchmarks at once measure nothing, but must not break each other. */
export const BENCH_RUNS = join(BENCH_CACHE, 'runs', String(process.pid));
